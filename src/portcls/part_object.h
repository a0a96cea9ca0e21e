// Objects that drivers make through PcNewXxx: an outer unknown may aggregate them.
#pragma once

#include "portcls/com.h"

namespace ksbox::portcls {

/// A ComObject with an outer unknown, whom it asks for interfaces that it does not have itself
/// (inferred: the pages only say that OuterUnknown "needs to aggregate the object"). As COM wants,
/// it holds no reference on the outer one.
template <typename Main, typename... Others> class PartObject : public ComObject<Main, Others...> {
  public:
    PartObject(Kernel &kernel, IUnknown *outer)
        : ComObject<Main, Others...>(kernel), outer_(outer) {}

    STDMETHODIMP_(NTSTATUS) QueryInterface(REFIID id, PVOID *result) noexcept override {
        const NTSTATUS status = ComObject<Main, Others...>::QueryInterface(id, result);
        return NT_SUCCESS(status) || !outer_ ? status
                                             : call_method("IUnknown.QueryInterface", outer_,
                                                           &IUnknown::QueryInterface, id, result);
    }

  private:
    IUnknown *const outer_;
};

/// The end of a PcNewXxx: hands the made object over. STATUS_INSUFFICIENT_RESOURCES when it is
/// null.
template <typename T, typename I> NTSTATUS hand_over(T *made, I **out) {
    *out = made;
    return made ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

} // namespace ksbox::portcls
