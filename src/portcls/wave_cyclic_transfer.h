// The two directions of a WaveCyclic stream.
#pragma once

#include "portcls/wave_cyclic_stream.h"

namespace ksbox::portcls {

std::unique_ptr<WaveCyclicStream> make_cyclic_render(KSPIN &pin, WaveCyclicStream::Parts parts);
std::unique_ptr<WaveCyclicStream> make_cyclic_capture(KSPIN &pin, WaveCyclicStream::Parts parts);

} // namespace ksbox::portcls
