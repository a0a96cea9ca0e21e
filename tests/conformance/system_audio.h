// SysAudio in a box, without Windows headers.
#pragma once

namespace ksbox {
class Kernel;
namespace io {
struct DeviceNode;
}
} // namespace ksbox

namespace ksbox::testing {

/// Its driver object and device. On a box thread; fails the test without it.
void load_system_audio(Kernel &kernel, void *&driver, io::DeviceNode *&node);
/// Fails the test when a file of it is open.
void unload_system_audio(Kernel &kernel, void *driver, io::DeviceNode &node);

} // namespace ksbox::testing
