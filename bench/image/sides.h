// Loading a driver and unloading it again: big.sys, 256 KiB with 4,000 relocations and 300 imports.
// GStreamer has nothing like it: its plug-ins, once loaded, stay.
#pragma once

#include "support/question.h"

namespace ksbox::bench {

/// The whole of it: Box::load() to DriverEntry's return, Driver::unload().
Work load_and_unload();
/// The least: file into memory, sections copied, relocated, names looked up, pages protected, and
/// all unmapped.
Work map_and_unmap();

} // namespace ksbox::bench
