// wdfldr.sys: binds a driver to the framework. Versions only: there is one framework.
#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/unicode.h"
#include "kmdf/driver.h"
#include "kmdf/exports.h"
#include "kmdf/framework.h"
#include "kmdf/violation.h"
#include "nt/irql_check.h"
#include "nt/mm/memory.h"

namespace ksbox::kmdf {
namespace {

// Of each version that was released: 1.0, 1.1, 1.5, 1.9, 1.11, 1.13, 1.15 …
constexpr std::array<ULONG, 13> released_counts = {383, 386, 387, 396, 432, 438, 444,
                                                   446, 448, 451, 453, 454, 458};
/// Up to 1.13 the driver has the table itself, since then a pointer to the framework's.
constexpr ULONG last_own_table = 438;

std::u16string text_of(const UNICODE_STRING &text) {
    return std::u16string(text.Buffer, text.Length / sizeof(WCHAR));
}

/// A zero-terminated name in the driver's memory.
std::string name_at(const WCHAR *text) {
    std::u16string name;
    char16_t unit = 0;
    while (name.size() < 256 && mm::guarded_copy(&unit, text + name.size(), sizeof unit) && unit)
        name.push_back(unit);
    return to_utf8(name);
}

NTSTATUS refuse(const void *in_image, NTSTATUS status, std::string reason) {
    Framework::current().refuse(in_image, std::move(reason));
    return status;
}

NTSTATUS check_bind(const WDF_BIND_INFO &info, const std::string &driver) {
    if (info.Size != sizeof(WDF_BIND_INFO) && info.Size != sizeof(WDF_BIND_INFO2))
        return refuse(&info, STATUS_INVALID_PARAMETER,
                      fmt::format("{} binds to a framework by a structure of {} bytes, which is "
                                  "none of KMDF's",
                                  driver, info.Size));
    if (const std::string component = name_at(info.Component); component != "KmdfLibrary")
        return refuse(&info, STATUS_NOT_SUPPORTED,
                      fmt::format("{} needs the framework library \"{}\"; ksbox has KmdfLibrary",
                                  driver, component));
    if (info.Version.Major != framework_major || info.Version.Minor > framework_minor)
        return refuse(&info, STATUS_NOT_SUPPORTED,
                      fmt::format("{} needs KMDF {}.{}; ksbox has {}.{}", driver,
                                  info.Version.Major, info.Version.Minor, framework_major,
                                  framework_minor));
    if (info.FuncTable == nullptr ||
        std::ranges::find(released_counts, info.FuncCount) == released_counts.end())
        return refuse(&info, STATUS_INVALID_PARAMETER,
                      fmt::format("{} binds to a table of {} functions, which no version of KMDF "
                                  "has",
                                  driver, info.FuncCount));
    return STATUS_SUCCESS;
}

void give_table(const WDF_BIND_INFO &info, const Client &client) {
    if (info.FuncCount <= last_own_table) {
        std::memcpy(info.FuncTable, client.table(), info.FuncCount * sizeof(void *));
    } else {
        const void *table = client.table();
        std::memcpy(info.FuncTable, &table, sizeof table);
    }
    if (info.Size == sizeof(WDF_BIND_INFO2)) {
        const auto &newer = reinterpret_cast<const WDF_BIND_INFO2 &>(info);
        if (newer.ClientVersionHigherThanFramework)
            *newer.ClientVersionHigherThanFramework = FALSE;
        if (newer.FuncCountPtr)
            *newer.FuncCountPtr = info.FuncCount;
    }
}

NTSTATUS NTAPI WdfVersionBind(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath,
                              PWDF_BIND_INFO BindInfo, PWDF_COMPONENT_GLOBALS *ComponentGlobals) {
    require_irql(PASSIVE_LEVEL, "WdfVersionBind");
    if (!DriverObject || !RegistryPath || !RegistryPath->Buffer || !BindInfo || !ComponentGlobals)
        return STATUS_INVALID_PARAMETER;
    *ComponentGlobals = nullptr;
    std::u16string path = text_of(*RegistryPath);
    const std::string driver = to_utf8(std::u16string_view(path).substr(path.rfind(u'\\') + 1));
    if (const NTSTATUS status = check_bind(*BindInfo, driver); !NT_SUCCESS(status))
        return status;
    Framework &framework = Framework::current();
    const auto table =
        framework.table_of ? framework.table_of(BindInfo) : std::span<const void *const>();
    if (table.empty())
        return STATUS_INVALID_PARAMETER; // the structure lies in no driver's image
    auto client = Client::create(framework.kernel(), DriverObject, std::move(path), BindInfo, table,
                                 __builtin_return_address(0));
    if (!client)
        return STATUS_INSUFFICIENT_RESOURCES;
    give_table(*BindInfo, *client);
    *ComponentGlobals = framework.add(std::move(client)).globals();
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI WdfVersionUnbind(PUNICODE_STRING, PWDF_BIND_INFO BindInfo,
                                PWDF_COMPONENT_GLOBALS ComponentGlobals) {
    require_irql(PASSIVE_LEVEL, "WdfVersionUnbind");
    if (!BindInfo || !ComponentGlobals)
        return STATUS_UNSUCCESSFUL;
    Framework &framework = Framework::current();
    Client &client = framework.client_of(ComponentGlobals, "WdfVersionUnbind");
    if (client.driver())
        delete_driver(client);
    framework.remove(client);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI WdfVersionBindClass(PWDF_BIND_INFO BindInfo, PWDF_COMPONENT_GLOBALS Globals,
                                   PWDF_CLASS_BIND_INFO ClassBindInfo) {
    require_irql(PASSIVE_LEVEL, "WdfVersionBindClass");
    if (!BindInfo || !Globals || !ClassBindInfo)
        return STATUS_INVALID_PARAMETER;
    const std::string name = name_at(ClassBindInfo->ClassName);
    const std::string driver =
        Framework::current().client_of(Globals, "WdfVersionBindClass").name();
    const bool audio = starts_ignoring_case(to_utf16(name), u"acx") ||
                       equal_ignoring_case(to_utf16(name), u"AudioClassExtension");
    return refuse(BindInfo, STATUS_NOT_SUPPORTED,
                  audio
                      ? fmt::format("{} needs ACX (the audio class extension \"{}\"), which ksbox "
                                    "does not have",
                                    driver, name)
                      : fmt::format("{} needs full KMDF with the class extension \"{}\", which "
                                    "ksbox does not have",
                                    driver, name));
}

} // namespace

std::span<const Export> loader_exports() {
    static const Export table[] = {
        done<&WdfVersionBind>("WdfVersionBind", ""),
        done<&WdfVersionUnbind>("WdfVersionUnbind", ""),
        partial<&WdfVersionBindClass>("WdfVersionBindClass", ""),
        stub("WdfVersionUnbindClass", ""),
        stub("WdfLdrQueryInterface", ""),
        stub("WdfRegisterLibrary", ""),
    };
    return table;
}

} // namespace ksbox::kmdf
