#include "kmdf/client.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "base/unicode.h"
#include "kmdf/object.h"
#include "nt/mm/pool.h"

namespace ksbox::kmdf {

struct Client::Later {
    WORK_QUEUE_ITEM item;
    Client *client;
    std::function<void()> work;

    static void NTAPI run(PVOID context) {
        const std::unique_ptr<Later> self(static_cast<Later *>(context));
        self->work();
        self->client->later_.remove();
    }
};

ULONG default_tag(std::u16string_view service) {
    constexpr std::size_t letters = 4;
    const auto starts_with_wdf = [](std::u16string_view name) {
        constexpr std::u16string_view prefix = u"wdf";
        return name.size() >= prefix.size() &&
               std::ranges::equal(name.substr(0, prefix.size()), prefix, {},
                                  [](char16_t c) { return char16_t(c | 0x20); });
    };
    if (starts_with_wdf(service))
        service.remove_prefix(3);
    if (service.size() < letters)
        service = u"FxDr";
    ULONG tag = 0;
    for (std::size_t i = letters; i-- > 0;)
        tag = tag << 8 | (service[i] & 0x7F);
    return tag;
}

std::unique_ptr<Client> Client::create(Kernel &kernel, PDRIVER_OBJECT driver,
                                       std::u16string registry_path, const void *image,
                                       std::span<const void *const> table, const void *caller) {
    std::unique_ptr<Client> client(new Client(kernel));
    const std::u16string_view service =
        std::u16string_view(registry_path).substr(registry_path.rfind(u'\\') + 1);
    const ULONG tag = default_tag(service);
    client->globals_ = static_cast<Globals>(
        kernel.pool().allocate(mm::PoolKind::nonpaged,
                               sizeof(WDF_DRIVER_GLOBALS) + table.size_bytes(), tag, caller, true));
    if (client->globals_ == nullptr)
        return nullptr;
    client->globals_->DriverTag = tag;
    const std::string name = to_utf8(service);
    name.copy(client->globals_->DriverName, WDF_DRIVER_GLOBALS_NAME_LEN - 1);
    std::memcpy(client->globals_ + 1, table.data(), table.size_bytes());
    client->driver_object_ = driver;
    client->registry_path_ = std::move(registry_path);
    client->image_ = image;
    return client;
}

void Client::set_driver(Object *driver) {
    driver_ = driver;
    globals_->Driver = driver ? static_cast<WDFDRIVER>(driver->handle()) : nullptr;
}

void Client::run_later(std::function<void()> work) {
    auto *const later = new Later{{}, this, std::move(work)};
    ExInitializeWorkItem(&later->item, &Later::run, later);
    later_.add();
    ExQueueWorkItem(&later->item, DelayedWorkQueue);
}

void Client::free_globals() {
    kernel_.pool().free(globals_, 0, nullptr);
    globals_ = nullptr;
}

} // namespace ksbox::kmdf
