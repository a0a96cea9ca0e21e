// Work items. @doc wdf/using-framework-work-items
#include <fmt/format.h>

#include "kmdf/create.h"
#include "kmdf/device.h"
#include "kmdf/exports.h"
#include "kmdf/queued_call.h"
#include "nt/call_driver.h"
#include "nt/irql_check.h"

namespace ksbox::kmdf {
namespace {

class WorkItem final : public Object {
  public:
    static constexpr Type handle_type = Type::work_item;
    WorkItem(Client &client, PFN_WDF_WORKITEM function, Device *serializing)
        : Object(client, handle_type), function_(function), serializing_(serializing),
          call_([this] { run(); }) {}

    QueuedCall &call() { return call_; }

  protected:
    void on_cleanup() override { call_.close(); }
    bool is_passive() const override { return true; }
    // Its own callback may delete it. @doc NF:wdfworkitem.WdfWorkItemFlush
    bool runs_here() const override { return call_.runs_here(); }

  private:
    void run() {
        const Serialized serialized(serializing_);
        call_driver("EvtWorkItem", handle(), function_, static_cast<WDFWORKITEM>(handle()));
    }

    PFN_WDF_WORKITEM function_;
    Device *serializing_;
    QueuedCall call_;
};

NTSTATUS NTAPI WdfWorkItemCreate(Globals Globals, PWDF_WORKITEM_CONFIG Config,
                                 PWDF_OBJECT_ATTRIBUTES Attributes, WDFWORKITEM *WorkItem) {
    constexpr const char *function = "WdfWorkItemCreate";
    require_irql(DISPATCH_LEVEL, function);
    Creation creation =
        begin_creation(Globals, function, __builtin_return_address(0), Attributes, WorkItem);
    require_parameter(Config, function, "Config");
    if (Config->Size != sizeof *Config)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (Config->EvtWorkItemFunc == nullptr)
        return STATUS_INVALID_PARAMETER;
    if (const NTSTATUS status = check(creation, {.parent = AttributeRules::Parent::required});
        !NT_SUCCESS(status))
        return status;
    if (creation.parent->device() == nullptr)
        return STATUS_INVALID_DEVICE_REQUEST;
    Device *serializing = nullptr;
    if (const NTSTATUS status =
            serializing_device(*creation.parent, Config->AutomaticSerialization, true, serializing);
        !NT_SUCCESS(status))
        return status;
    return finish_creation<kmdf::WorkItem>(creation, WorkItem, Config->EvtWorkItemFunc,
                                           serializing);
}

VOID NTAPI WdfWorkItemEnqueue(Globals, WDFWORKITEM WorkItem) {
    constexpr const char *function = "WdfWorkItemEnqueue";
    require_irql(DISPATCH_LEVEL, function);
    object_of<kmdf::WorkItem>(WorkItem, function).call().queue();
}

VOID NTAPI WdfWorkItemFlush(Globals, WDFWORKITEM WorkItem) {
    constexpr const char *function = "WdfWorkItemFlush";
    require_irql(PASSIVE_LEVEL, function);
    QueuedCall &call = object_of<kmdf::WorkItem>(WorkItem, function).call();
    if (call.runs_here())
        violation(Violation::verifier, WorkItem,
                  "WdfWorkItemFlush was called within the work item's own callback: it would wait "
                  "for itself");
    call.wait();
}

WDFOBJECT NTAPI WdfWorkItemGetParentObject(Globals, WDFWORKITEM WorkItem) {
    return object_of<kmdf::WorkItem>(WorkItem, "WdfWorkItemGetParentObject").parent()->handle();
}

} // namespace

std::span<const Export> work_item_exports() {
    static const Export table[] = {
        WDF_EXPORT(done, wdfworkitem, WdfWorkItemCreate),
        WDF_EXPORT(done, wdfworkitem, WdfWorkItemEnqueue),
        WDF_EXPORT(done, wdfworkitem, WdfWorkItemFlush),
        WDF_EXPORT(done, wdfworkitem, WdfWorkItemGetParentObject),
    };
    return table;
}

} // namespace ksbox::kmdf
