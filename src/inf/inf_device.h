// What a setup information file says of one device of a driver: the model for this system, its
// service, and the registry values of driver, device, service and interfaces.
// @doc install/inf-models-section, inf-ddinstall-section, inf-addinterface-directive
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "inf/inf_file.h"
#include "inf/registry_value.h"

namespace ksbox::inf {

struct InfInterface {
    unsigned line = 0;
    std::string class_guid;            ///< "{6994AD04-…}"
    std::string reference;             ///< reference string; may be empty
    std::vector<RegistryValue> values; ///< HKR: the interface's own key
};

struct InfDevice {
    std::string description;
    std::string manufacturer;
    std::string class_name;
    std::string class_guid;                ///< empty: none is named
    std::vector<std::string> hardware_ids; ///< the first is the hardware ID, others are compatible
    std::string service;
    std::string service_binary;                ///< file name without folders
    std::vector<RegistryValue> driver_values;  ///< HKR: the device's software key
    std::vector<RegistryValue> device_values;  ///< HKR: its hardware key
    std::vector<RegistryValue> service_values; ///< HKR: the service's key
    std::vector<InfInterface> interfaces;
    /// Directives about the registry that were left out, one sentence each.
    std::vector<std::string> left_out;
};

/// The first model for x64 and that Windows version (1000: Windows 10) whose service runs
/// `driver_file` ("speaker.sys"). Refused: sections that are named and not there, no model for this
/// system, no service of that file.
std::expected<InfDevice, InfError> device_for(const InfFile &file, std::string_view driver_file,
                                              unsigned windows_version);

} // namespace ksbox::inf
