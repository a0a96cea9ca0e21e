// WdfDriverCreate and what is asked of a driver object.
#include "kmdf/driver.h"

#include <fmt/format.h>

#include "kmdf/create.h"
#include "kmdf/exports.h"
#include "nt/call_driver.h"
#include "nt/irql_check.h"

namespace ksbox::kmdf {

Object &root_of(Client &client, const char *function) {
    if (client.driver() == nullptr)
        violation(Violation::api_unavailable, client.globals(),
                  fmt::format("{} called {} before WdfDriverCreate", client.name(), function));
    return *client.driver();
}

void delete_driver(Client &client) {
    client.driver()->remove(false);
    client.wait_for_later();
    client.set_driver(nullptr); // the callbacks until here may ask for it
}

namespace {

constexpr ULONG config_without_tag = 24; // of framework versions before 1.5

NTSTATUS check_config(Client &client, const WDF_DRIVER_CONFIG &config) {
    if (config.Size != sizeof config && config.Size != config_without_tag)
        return STATUS_INFO_LENGTH_MISMATCH;
    if ((config.DriverInitFlags & WdfDriverInitNonPnpDriver) && config.EvtDriverDeviceAdd)
        return STATUS_INVALID_PARAMETER;
    if (config.DriverInitFlags & WdfDriverInitNoDispatchOverride)
        return STATUS_SUCCESS;
    Framework::current().refuse(
        client.image(),
        fmt::format("{} needs full KMDF: its WdfDriverCreate leaves devices and requests to the "
                    "framework (WdfDriverInitNoDispatchOverride is not set), and ksbox has KMDF "
                    "for miniport drivers",
                    client.name()));
    return STATUS_NOT_SUPPORTED;
}

NTSTATUS NTAPI WdfDriverCreate(Globals Globals, PDRIVER_OBJECT DriverObject,
                               PCUNICODE_STRING RegistryPath,
                               PWDF_OBJECT_ATTRIBUTES DriverAttributes,
                               PWDF_DRIVER_CONFIG DriverConfig, WDFDRIVER *Driver) {
    constexpr const char *function = "WdfDriverCreate";
    require_irql(PASSIVE_LEVEL, function);
    Client &client = Framework::current().client_of(Globals, function);
    require_parameter(DriverObject, function, "DriverObject");
    require_parameter(RegistryPath, function, "RegistryPath");
    require_parameter(DriverConfig, function, "DriverConfig");
    if (Driver)
        *Driver = nullptr;
    if (client.driver())
        return STATUS_DRIVER_INTERNAL_ERROR;
    if (const NTSTATUS status = check_config(client, *DriverConfig); !NT_SUCCESS(status))
        return status;
    Creation creation{client, function, __builtin_return_address(0), DriverAttributes, nullptr};
    if (const NTSTATUS status = check(
            creation, {.parent = AttributeRules::Parent::forbidden, .level = true, .scope = true});
        !NT_SUCCESS(status))
        return status;
    Globals->DriverFlags = DriverConfig->DriverInitFlags;
    if (DriverConfig->Size == sizeof *DriverConfig && DriverConfig->DriverPoolTag)
        Globals->DriverTag = DriverConfig->DriverPoolTag;
    auto driver = make<kmdf::Driver>(creation, *DriverConfig);
    kmdf::Driver *const made = driver.get();
    WDFDRIVER handle = nullptr;
    if (const NTSTATUS status = give_out(creation, std::move(driver), &handle); !NT_SUCCESS(status))
        return status;
    client.set_driver(made);
    if (Driver)
        *Driver = handle;
    return STATUS_SUCCESS;
}

PWSTR NTAPI WdfDriverGetRegistryPath(Globals, WDFDRIVER Driver) {
    constexpr const char *function = "WdfDriverGetRegistryPath";
    require_irql(PASSIVE_LEVEL, function);
    const auto &driver = object_of<kmdf::Driver>(Driver, function);
    return const_cast<PWSTR>(driver.client().registry_path().c_str());
}

PDRIVER_OBJECT NTAPI WdfDriverWdmGetDriverObject(Globals, WDFDRIVER Driver) {
    return object_of<kmdf::Driver>(Driver, "WdfDriverWdmGetDriverObject").client().driver_object();
}

WDFDRIVER NTAPI WdfWdmDriverGetWdfDriverHandle(Globals, PDRIVER_OBJECT DriverObject) {
    require_parameter(DriverObject, "WdfWdmDriverGetWdfDriverHandle", "DriverObject");
    const Client *const client = Framework::current().find_client(DriverObject);
    return client ? client->globals()->Driver : nullptr;
}

BOOLEAN NTAPI WdfDriverIsVersionAvailable(Globals, WDFDRIVER Driver,
                                          PWDF_DRIVER_VERSION_AVAILABLE_PARAMS Params) {
    constexpr const char *function = "WdfDriverIsVersionAvailable";
    require_irql(PASSIVE_LEVEL, function);
    (void)object_of<kmdf::Driver>(Driver, function);
    require_parameter(Params, function, "VersionAvailableParams");
    return Params->Size == sizeof *Params && Params->MajorVersion == framework_major &&
           Params->MinorVersion <= framework_minor;
}

VOID NTAPI WdfDriverMiniportUnload(Globals, WDFDRIVER Driver) {
    constexpr const char *function = "WdfDriverMiniportUnload";
    require_irql(PASSIVE_LEVEL, function);
    auto &driver = object_of<kmdf::Driver>(Driver, function);
    if (driver.unload())
        call_driver("EvtDriverUnload", Driver, driver.unload(), Driver);
    delete_driver(driver.client());
}

} // namespace

std::span<const Export> driver_exports() {
    static const Export table[] = {
        WDF_EXPORT(done, wdfdriver, WdfDriverCreate),
        WDF_EXPORT(done, wdfdriver, WdfDriverGetRegistryPath),
        WDF_EXPORT(done, wdfdriver, WdfDriverWdmGetDriverObject),
        WDF_EXPORT(done, wdfdriver, WdfWdmDriverGetWdfDriverHandle),
        WDF_EXPORT(done, wdfdriver, WdfDriverIsVersionAvailable),
        WDF_EXPORT(done, wdfminiport, WdfDriverMiniportUnload),
    };
    return table;
}

} // namespace ksbox::kmdf
