// The Topology port: nodes and bridge pins, nothing streams. @doc NN:portcls.IPortTopology
#include "portcls/filter_properties.h"
#include "portcls/pins.h"
#include "portcls/port_object.h"
#include "portcls/ports.h"
#include "portcls/stream.h"

namespace ksbox::portcls {
namespace {

PortKind topology_kind() {
    return {.name = "Topology",
            .categories = {KSCATEGORY_AUDIO, KSCATEGORY_TOPOLOGY},
            .interfaces = {standard_interface(KSINTERFACE_STANDARD_STREAMING)},
            .filter_sets = filter_property_sets(),
            .pin_sets = {},
            .pin_dispatch = &pin_dispatch,
            .pin_flags = KSPIN_FLAG_DO_NOT_USE_STANDARD_TRANSPORT,
            .rebalances = true};
}

class TopologyPort final : public PortObject<IPortTopology> {
  public:
    explicit TopologyPort(Kernel &kernel) : PortObject(kernel, topology_kind()) {}

    Result<std::unique_ptr<Stream>> new_stream(KSPIN &, bool) override {
        // "a topology port has no streams": its pins are bridges, with no instances.
        return fail(STATUS_INVALID_DEVICE_REQUEST);
    }

  protected:
    IUnknown *interface_of(const GUID &id) override {
        return common_interface(id, IID_IPortTopology);
    }
    ComPtr<IMiniport> query_miniport(IUnknown *unknown) override {
        return ComPtr<IMiniport>::query(unknown, IID_IMiniportTopology);
    }
    NTSTATUS init_miniport(IUnknown *adapter, IResourceList *resources) override {
        auto *miniport = static_cast<IMiniportTopology *>(this->miniport());
        return call_method("IMiniportTopology.Init", miniport, &IMiniportTopology::Init, adapter,
                           resources, static_cast<PPORTTOPOLOGY>(this));
    }
};

} // namespace

IPort *make_topology_port(Kernel &kernel) {
    return make_com<TopologyPort>(kernel);
}

} // namespace ksbox::portcls
