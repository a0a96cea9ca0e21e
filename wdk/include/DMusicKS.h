// dmusicks.h under a name that a case-insensitive file system would find.
#include <dmusicks.h>
