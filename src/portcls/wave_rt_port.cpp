// The WaveRT port: cyclic buffers that clients share with the device. @doc NN:portcls.IPortWaveRT,
// audio/understanding-the-wavert-port-driver
#include "portcls/adapter.h"
#include "portcls/drm_port.h"
#include "portcls/engine_node.h"
#include "portcls/filter_properties.h"
#include "portcls/pins.h"
#include "portcls/port_object.h"
#include "portcls/ports.h"
#include "portcls/wave_rt_helpers.h"
#include "portcls/wave_rt_properties.h"
#include "portcls/wave_rt_stream.h"

namespace ksbox::portcls {
namespace {

PortKind wave_rt_kind() {
    return {.name = "WaveRT",
            // KSCATEGORY_REALTIME comes by the INF: "during the installation of the driver".
            .categories = {KSCATEGORY_AUDIO, KSCATEGORY_RENDER, KSCATEGORY_CAPTURE},
            .interfaces = {standard_interface(KSINTERFACE_STANDARD_STREAMING),
                           standard_interface(KSINTERFACE_STANDARD_LOOPED_STREAMING)},
            .filter_sets = filter_property_sets(),
            .pin_sets = wave_rt_property_sets(),
            .pin_dispatch = &pin_dispatch,
            // No frames travel: the client has the buffer itself. So there is nothing for an
            // allocator to frame, and the clock is the device's own register: the pin answers
            // neither KSPROPERTY_CONNECTION_ALLOCATORFRAMING nor KSPROPERTY_STREAM_ALLOCATOR and
            // _MASTERCLOCK. audio/filter--pin--and-node-properties gives these to all ports but
            // Topology, and is older than this one. inferred
            .pin_flags = KSPIN_FLAG_DO_NOT_USE_STANDARD_TRANSPORT,
            .engine_node_sets = engine_node_sets(),
            .rebalances = true};
}

class WaveRtPort final : public PortObject<IPortWaveRT> {
  public:
    explicit WaveRtPort(Kernel &kernel) : PortObject(kernel, wave_rt_kind()) {}

    Result<std::unique_ptr<Stream>> new_stream(KSPIN &pin, bool capture) override {
        return WaveRtStream::create(box, adapter()->fdo->DriverObject, wave_rt_miniport(), pin,
                                    capture);
    }

  protected:
    IUnknown *interface_of(const GUID &id) override {
        IUnknown *const drm = drm_.interface_of(id);
        if (drm)
            return drm;
        IUnknown *const helper = helpers_.interface_of(id);
        return helper ? helper : common_interface(id, IID_IPortWaveRT);
    }
    ComPtr<IMiniport> query_miniport(IUnknown *unknown) override {
        return ComPtr<IMiniport>::query(unknown, IID_IMiniportWaveRT);
    }
    NTSTATUS init_miniport(IUnknown *adapter, IResourceList *resources) override {
        return call_method("IMiniportWaveRT.Init", &wave_rt_miniport(), &IMiniportWaveRT::Init,
                           adapter, resources, static_cast<PPORTWAVERT>(this));
    }

  private:
    IMiniportWaveRT &wave_rt_miniport() { return *static_cast<IMiniportWaveRT *>(miniport()); }
    DrmPort drm_{*static_cast<IPortWaveRT *>(this)};
    WaveRtHelpers helpers_{*static_cast<IPortWaveRT *>(this), *this};
};

} // namespace

IPort *make_wave_rt_port(Kernel &kernel) {
    return make_com<WaveRtPort>(kernel);
}

} // namespace ksbox::portcls
