// The COM face of AVStream objects: IUnknown and IKsControl outside, the minidriver's aggregated
// unknown behind it (@doc NF:ks.KsGetOuterUnknown, NN:ks.IKsControl).
#pragma once

#include "abi/windows.h"

namespace ksbox::ks {

class Object;

/// The object's outer unknown; not referenced for the caller. Lives as long as the object.
PUNKNOWN outer_unknown(Object &object);

/// IKsControl over synchronous requests to a file object: what a non-AVStream peer looks like.
/// One reference for the caller, holds one on the file object. Null without memory.
PUNKNOWN make_control_thunk(PFILE_OBJECT file);

} // namespace ksbox::ks
