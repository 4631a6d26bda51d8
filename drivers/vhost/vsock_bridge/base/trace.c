// SPDX-License-Identifier: GPL-2.0
/* The trace events: their definitions. */
#define CREATE_TRACE_POINTS
#include "base/trace.h"
