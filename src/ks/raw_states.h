// States of pins outside the standard transport, changed by their device.
#pragma once

namespace ksbox::ks {

class Pin;

/// To STOP, since the device loses its resources. Control mutex held, PASSIVE.
void stop_raw(Pin &pin);

} // namespace ksbox::ks
