// Tells miniports and their streams of power. @doc NN:portcls.IPowerNotify
#pragma once

#include "abi/windows.h"

namespace ksbox::portcls {

class Adapter;

/// PowerChangeNotify of what supports IPowerNotify: each subdevice's miniport, registered or still
/// open, then its streams. The adapter's device mutex held, PASSIVE.
void notify_of_power(Adapter &adapter, DEVICE_POWER_STATE state);

} // namespace ksbox::portcls
