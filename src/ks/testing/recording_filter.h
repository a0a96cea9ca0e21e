// A filter whose callbacks write down that they were called, and answer what the test told them:
// pin factories 0 sink/in, 1 source/out, 2 both/in, 3 bridge, 4 sink/in without a dispatch table,
// 5 sink/in for kernel mode only, 6 source/out of another subformat, 7 both/out.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "abi/windows.h"

namespace ksbox::ks::testing {

struct Recorder {
    std::vector<std::string> calls; ///< "Create 0", "Connect 1" …
    NTSTATUS create = STATUS_SUCCESS;
    NTSTATUS connect = STATUS_SUCCESS;
    std::vector<NTSTATUS> set_format; ///< one an offered range; empty: STATUS_SUCCESS
    NTSTATUS set_state = STATUS_SUCCESS;
    std::function<void(PKSPIN)> in_connect;
    std::function<void(PKSPIN, PIRP)> in_create;
    PIRP pending = nullptr; ///< the IRP that Create left pending
    int global_calls = 0;

    /// How many calls begin with the text.
    int count(const std::string &text) const;
};

/// The recorder of the test that runs; set by the fixture.
extern Recorder *recorder;

const KSDEVICE_DESCRIPTOR &recording_device();
const GUID &recording_subformat(); ///< what pins 0 to 5 and 7 take

} // namespace ksbox::ks::testing
