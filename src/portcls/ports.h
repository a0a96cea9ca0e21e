// The kinds of ports: one function each, with one reference for the caller, null without memory.
#pragma once

#include "abi/windows.h"
#include "nt/kernel.h"

namespace ksbox::portcls {

IPort *make_topology_port(Kernel &kernel);
IPort *make_dmus_port(Kernel &kernel);
IPort *make_wave_cyclic_port(Kernel &kernel);
IPort *make_wave_pci_port(Kernel &kernel);
IPort *make_wave_rt_port(Kernel &kernel);

} // namespace ksbox::portcls
