#include "filters/file_offer.h"

#include <cstring>
#include <iterator>

#include "abi/guid.h"
#include "filters/filters.h"
#include "ks/item_tables.h"
#include "ks/sized_answer.h"

namespace ksbox::filters {
namespace {

NTSTATUS NTAPI get_problem(PIRP irp, PKSIDENTIFIER, PVOID data) {
    const std::string text = FileOffer::of(KsGetFilterFromIrp(irp)).problem();
    if (text.empty()) {
        irp->IoStatus.Information = 0;
        return STATUS_SUCCESS;
    }
    return ks::answer_value(irp, data, text.data(), static_cast<ULONG>(text.size()));
}

NTSTATUS NTAPI get_bytes(PIRP irp, PKSIDENTIFIER, PVOID data) {
    const ULONGLONG bytes = FileOffer::of(KsGetFilterFromIrp(irp)).bytes;
    return ks::answer_value(irp, data, &bytes, sizeof bytes);
}

NTSTATUS NTAPI set_keep_partial(PIRP irp, PKSIDENTIFIER, PVOID data) {
    FileOffer::of(KsGetFilterFromIrp(irp)).keeps_partial = *static_cast<const BOOL *>(data);
    return STATUS_SUCCESS;
}

constexpr KSPROPERTY_ITEM items[] = {
    ks::property_item(file_problem, get_problem, nullptr, sizeof(KSPROPERTY), 0),
    ks::property_item(file_bytes, get_bytes, nullptr, sizeof(KSPROPERTY), sizeof(ULONGLONG)),
    ks::property_item(file_keep_partial, nullptr, set_keep_partial, sizeof(KSPROPERTY),
                      sizeof(BOOL))};
constexpr KSPROPERTY_SET sets[] = {{&file_property_set, std::size(items), items, 0, nullptr}};
constexpr KSAUTOMATION_TABLE automation = ks::property_table(sets);

} // namespace

FileOffer::FileOffer(std::filesystem::path file) : file_(std::move(file)) {
    ExInitializeFastMutex(&lock_);
    descriptor_.AutomationTable = &automation;
}

std::string FileOffer::problem() const {
    ExAcquireFastMutex(&lock_);
    std::string text = problem_;
    ExReleaseFastMutex(&lock_);
    return text;
}

void FileOffer::set_problem(std::string text) {
    ExAcquireFastMutex(&lock_);
    problem_ = std::move(text);
    ExReleaseFastMutex(&lock_);
}

std::string problem_of(Filter &filter) {
    const std::vector<std::byte> text = filter.get(to_guid(file_property_set), file_problem);
    return {reinterpret_cast<const char *>(text.data()), text.size()};
}

std::uint64_t bytes_of(Filter &filter) {
    return filter.get_as<std::uint64_t>(to_guid(file_property_set), file_bytes);
}

void keep_partial(Filter &filter) {
    const BOOL on = TRUE;
    filter.set(to_guid(file_property_set), file_keep_partial, std::as_bytes(std::span(&on, 1)));
}

} // namespace ksbox::filters
