// The identifiers of wdk/include/ksbox/interface_ids.h for host code.
#pragma once

#include "abi/windows.h"

namespace ksbox::portcls {

#pragma push_macro("DEFINE_GUID")
#undef DEFINE_GUID
#define DEFINE_GUID(name, l, w1, w2, ...) inline constexpr GUID name = {l, w1, w2, {__VA_ARGS__}}
#include "wdk/include/ksbox/interface_ids.h"
#pragma pop_macro("DEFINE_GUID")

} // namespace ksbox::portcls
