// The GUID type lives in the public headers.
#pragma once

#include "ksbox/guid.h"
