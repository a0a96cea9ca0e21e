// Resource lists: a device's hardware resources, or a part of them for one subdevice, as pairs of a
// translated and a raw descriptor. @doc NN:portcls.IResourceList
#include <cstring>

#include "portcls/com.h"
#include "portcls/exports.h"

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

/// The entries of every full descriptor of a list, in order; null: none.
ULONG count_of(PCM_RESOURCE_LIST list) {
    return list && list->Count ? list->List[0].PartialResourceList.Count : 0;
}

class ResourceList final : public ComObject<IResourceList> {
  public:
    ResourceList(Kernel &kernel, ULONG capacity)
        : ComObject(kernel), capacity_(capacity), translated_(capacity), raw_(capacity) {}

    bool allocated() const { return translated_.list() && raw_.list(); }
    /// A device's list: at most one full descriptor, as the root bus gives it.
    void fill(PCM_RESOURCE_LIST translated, PCM_RESOURCE_LIST raw) {
        if (!count_of(translated) || count_of(translated) != count_of(raw))
            return;
        head(translated->List[0].InterfaceType, translated->List[0].BusNumber);
        for (ULONG i = 0; i < count_of(translated); ++i)
            AddEntry(&translated->List[0].PartialResourceList.PartialDescriptors[i],
                     &raw->List[0].PartialResourceList.PartialDescriptors[i]);
    }
    void head(INTERFACE_TYPE type, ULONG bus) {
        translated_.head(type, bus);
        raw_.head(type, bus);
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
        translated_.add(*translated);
        raw_.add(*raw);
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
        return translated && raw ? AddEntry(translated, raw) : STATUS_INVALID_PARAMETER;
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

/// An empty one, with one reference for the caller.
NTSTATUS make(PRESOURCELIST *out, ULONG capacity, ResourceList *&made) {
    if (!out)
        return STATUS_INVALID_PARAMETER;
    *out = nullptr;
    made = make_com<ResourceList>(current_kernel(), capacity);
    if (made && !made->allocated()) {
        made->Release();
        made = nullptr;
    }
    *out = made;
    return made ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

} // namespace
} // namespace ksbox::portcls

using namespace ksbox;
using namespace ksbox::portcls;

extern "C" {

NTSTATUS NTAPI PcNewResourceList(PRESOURCELIST *OutResourceList, PUNKNOWN, POOL_TYPE,
                                 PCM_RESOURCE_LIST TranslatedResources,
                                 PCM_RESOURCE_LIST UntranslatedResources) {
    ResourceList *made = nullptr;
    const NTSTATUS status = make(OutResourceList, count_of(TranslatedResources), made);
    if (NT_SUCCESS(status))
        made->fill(TranslatedResources, UntranslatedResources);
    return status;
}

NTSTATUS NTAPI PcNewResourceSublist(PRESOURCELIST *OutResourceList, PUNKNOWN, POOL_TYPE,
                                    PRESOURCELIST ParentList, ULONG MaximumEntries) {
    if (!ParentList)
        return STATUS_INVALID_PARAMETER;
    ResourceList *made = nullptr;
    const NTSTATUS status = make(OutResourceList, MaximumEntries, made);
    if (!NT_SUCCESS(status))
        return status;
    if (const PCM_RESOURCE_LIST parent =
            call_method("IResourceList.TranslatedList", ParentList, &IResourceList::TranslatedList))
        made->head(parent->List[0].InterfaceType, parent->List[0].BusNumber);
    return status;
}

} // extern "C"

std::span<const Export> ksbox::portcls::resource_list_exports() {
    static const Export table[] = {
        PC_EXPORT(partial, PcNewResourceList),
        PC_EXPORT(partial, PcNewResourceSublist),
    };
    return table;
}
