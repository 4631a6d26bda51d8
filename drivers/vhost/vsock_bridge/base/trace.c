// SPDX-License-Identifier: GPL-2.0
/* The definitions of the trace events. */
#define CREATE_TRACE_POINTS
#include "base/trace.h"
