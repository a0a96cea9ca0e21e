// Resource lists: a device's hardware resources, or a part of them for one subdevice, as pairs of a
// translated and a raw descriptor. @doc NN:portcls.IResourceList
#include <cstring>
#include <vector>

#include "portcls/com.h"
#include "portcls/exports.h"
#include "portcls/part_object.h"

namespace ksbox::portcls {
namespace {

constexpr ULONG list_tag = 0x6c526350; // 'PcRl'

/// A CM_RESOURCE_LIST of one full descriptor, in pool: drivers keep pointers into it.
class Descriptors {
  public:
    /// Room for `capacity` entries.
    explicit Descriptors(ULONG capacity) {
        const std::size_t bytes =
            sizeof(CM_RESOURCE_LIST) + capacity * sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR);
        list_ =
            static_cast<PCM_RESOURCE_LIST>(ExAllocatePoolWithTag(NonPagedPool, bytes, list_tag));
        if (!list_)
            return;
        std::memset(list_, 0, bytes);
        list_->Count = 1;
        partial().Version = 1;
        partial().Revision = 1;
    }
    ~Descriptors() {
        if (list_ && runs_driver_code())
            ExFreePoolWithTag(list_, list_tag);
    }
    Descriptors(const Descriptors &) = delete;
    Descriptors &operator=(const Descriptors &) = delete;

    PCM_RESOURCE_LIST list() const { return list_; }
    void head(INTERFACE_TYPE type, ULONG bus) {
        list_->List[0].InterfaceType = type;
        list_->List[0].BusNumber = bus;
    }
    void add(const CM_PARTIAL_RESOURCE_DESCRIPTOR &one) { at(partial().Count++) = one; }
    ULONG count() const { return partial().Count; }
    CM_PARTIAL_RESOURCE_DESCRIPTOR &at(ULONG index) const {
        return partial().PartialDescriptors[index];
    }

  private:
    CM_PARTIAL_RESOURCE_LIST &partial() const { return list_->List[0].PartialResourceList; }
    PCM_RESOURCE_LIST list_ = nullptr;
};

/// The entries of every full descriptor of a list, in order; null: none. Full descriptors have
/// different lengths and follow each other.
std::vector<PCM_PARTIAL_RESOURCE_DESCRIPTOR> entries_of(PCM_RESOURCE_LIST list) {
    std::vector<PCM_PARTIAL_RESOURCE_DESCRIPTOR> entries;
    CM_FULL_RESOURCE_DESCRIPTOR *full = list ? list->List : nullptr;
    for (ULONG i = 0; list && i < list->Count; ++i) {
        CM_PARTIAL_RESOURCE_LIST &partial = full->PartialResourceList;
        for (ULONG j = 0; j < partial.Count; ++j)
            entries.push_back(&partial.PartialDescriptors[j]);
        full = reinterpret_cast<CM_FULL_RESOURCE_DESCRIPTOR *>(
            &partial.PartialDescriptors[partial.Count]);
    }
    return entries;
}

class ResourceList final : public PartObject<IResourceList> {
  public:
    ResourceList(Kernel &kernel, IUnknown *outer, ULONG capacity)
        : PartObject(kernel, outer), capacity_(capacity), translated_(capacity), raw_(capacity) {}

    bool allocated() const { return translated_.list() && raw_.list(); }
    /// Where the resources are.
    void head(PCM_RESOURCE_LIST of) {
        if (!of || !of->Count)
            return;
        translated_.head(of->List[0].InterfaceType, of->List[0].BusNumber);
        raw_.head(of->List[0].InterfaceType, of->List[0].BusNumber);
    }
    /// Precondition: there is room.
    void add(const CM_PARTIAL_RESOURCE_DESCRIPTOR &translated,
             const CM_PARTIAL_RESOURCE_DESCRIPTOR &raw) {
        translated_.add(translated);
        raw_.add(raw);
    }

    STDMETHODIMP_(ULONG) NumberOfEntries() noexcept override { return translated_.count(); }
    STDMETHODIMP_(ULONG) NumberOfEntriesOfType(CM_RESOURCE_TYPE type) noexcept override {
        ULONG found = 0;
        for (ULONG i = 0; i < translated_.count(); ++i)
            found += translated_.at(i).Type == static_cast<UCHAR>(type);
        return found;
    }
    STDMETHODIMP_(PCM_PARTIAL_RESOURCE_DESCRIPTOR)
    FindTranslatedEntry(CM_RESOURCE_TYPE type, ULONG index) noexcept override {
        return find(translated_, type, index);
    }
    STDMETHODIMP_(PCM_PARTIAL_RESOURCE_DESCRIPTOR)
    FindUntranslatedEntry(CM_RESOURCE_TYPE type, ULONG index) noexcept override {
        return find(raw_, type, index);
    }
    STDMETHODIMP_(NTSTATUS)
    AddEntry(PCM_PARTIAL_RESOURCE_DESCRIPTOR translated,
             PCM_PARTIAL_RESOURCE_DESCRIPTOR raw) noexcept override {
        if (!translated || !raw)
            return STATUS_INVALID_PARAMETER;
        if (translated_.count() == capacity_)
            return STATUS_INSUFFICIENT_RESOURCES;
        add(*translated, *raw);
        return STATUS_SUCCESS;
    }
    STDMETHODIMP_(NTSTATUS)
    AddEntryFromParent(IResourceList *parent, CM_RESOURCE_TYPE type,
                       ULONG index) noexcept override {
        if (!parent)
            return STATUS_INVALID_PARAMETER;
        const auto translated = call_method("IResourceList.FindTranslatedEntry", parent,
                                            &IResourceList::FindTranslatedEntry, type, index);
        const auto raw = call_method("IResourceList.FindUntranslatedEntry", parent,
                                     &IResourceList::FindUntranslatedEntry, type, index);
        return AddEntry(translated, raw);
    }
    STDMETHODIMP_(PCM_RESOURCE_LIST) TranslatedList() noexcept override {
        return translated_.list();
    }
    STDMETHODIMP_(PCM_RESOURCE_LIST) UntranslatedList() noexcept override { return raw_.list(); }

  protected:
    IUnknown *interface_of(const GUID &id) override {
        if (id == IID_IResourceList)
            return static_cast<IResourceList *>(this);
        return nullptr;
    }

  private:
    static PCM_PARTIAL_RESOURCE_DESCRIPTOR find(Descriptors &in, CM_RESOURCE_TYPE type,
                                                ULONG index) {
        for (ULONG i = 0; i < in.count(); ++i)
            if (in.at(i).Type == static_cast<UCHAR>(type) && index-- == 0)
                return &in.at(i);
        return nullptr;
    }

    const ULONG capacity_;
    Descriptors translated_, raw_;
};

/// An empty one, with one reference for the caller; null without memory.
ResourceList *make(IUnknown *outer, ULONG capacity) {
    auto *made = make_com<ResourceList>(current_kernel(), outer, capacity);
    if (made && !made->allocated()) {
        made->Release();
        made = nullptr;
    }
    return made;
}

} // namespace
} // namespace ksbox::portcls

using namespace ksbox;
using namespace ksbox::portcls;

extern "C" {

// STATUS_INVALID_PARAMETER for lists that do not pair [inferred].
NTSTATUS NTAPI PcNewResourceList(PRESOURCELIST *OutResourceList, PUNKNOWN OuterUnknown, POOL_TYPE,
                                 PCM_RESOURCE_LIST TranslatedResources,
                                 PCM_RESOURCE_LIST UntranslatedResources) {
    if (!OutResourceList)
        return STATUS_INVALID_PARAMETER;
    *OutResourceList = nullptr;
    const auto translated = entries_of(TranslatedResources);
    const auto raw = entries_of(UntranslatedResources);
    if (translated.size() != raw.size())
        return STATUS_INVALID_PARAMETER;
    ResourceList *made = make(OuterUnknown, static_cast<ULONG>(translated.size()));
    if (made) {
        made->head(TranslatedResources);
        for (std::size_t i = 0; i < translated.size(); ++i)
            made->add(*translated[i], *raw[i]);
    }
    return hand_over(made, OutResourceList);
}

NTSTATUS NTAPI PcNewResourceSublist(PRESOURCELIST *OutResourceList, PUNKNOWN OuterUnknown,
                                    POOL_TYPE, PRESOURCELIST ParentList, ULONG MaximumEntries) {
    if (!OutResourceList || !ParentList)
        return STATUS_INVALID_PARAMETER;
    ResourceList *made = make(OuterUnknown, MaximumEntries);
    if (made)
        made->head(call_method("IResourceList.TranslatedList", ParentList,
                               &IResourceList::TranslatedList));
    return hand_over(made, OutResourceList);
}

} // extern "C"

std::span<const Export> ksbox::portcls::resource_list_exports() {
    static const Export table[] = {
        PC_EXPORT(done, PcNewResourceList),
        PC_EXPORT(done, PcNewResourceSublist),
    };
    return table;
}
