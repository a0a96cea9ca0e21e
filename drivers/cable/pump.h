// The engine's data path: what happens at each tick of its timer.
#pragma once

#include "engine.h"

KDEFERRED_ROUTINE PumpDpc;

// What is due is counted from now.
VOID RestartClock(CableEngine *Engine);
