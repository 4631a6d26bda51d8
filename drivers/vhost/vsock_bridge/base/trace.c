// SPDX-License-Identifier: GPL-2.0
/* Definitions of the trace events. */
#define CREATE_TRACE_POINTS
#include "base/trace.h"
