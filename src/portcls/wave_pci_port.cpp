// The WavePci port. @doc NN:portcls.IPortWavePci
#include "portcls/adapter.h"
#include "portcls/drm_port.h"
#include "portcls/port_object.h"
#include "portcls/ports.h"
#include "portcls/wave_dma.h"
#include "portcls/wave_pci_stream.h"

namespace ksbox::portcls {
namespace {

class WavePciPort final : public PortObject<IPortWavePci> {
  public:
    explicit WavePciPort(Kernel &kernel)
        : PortObject(kernel, wave_kind("WavePci")), membership_(kernel, [this] { serve(); }) {}

    STDMETHODIMP_(void) Notify(PSERVICEGROUP group) noexcept override { request_service(group); }
    STDMETHODIMP_(NTSTATUS)
    NewMasterDmaChannel(PDMACHANNEL *channel, PUNKNOWN outer, POOL_TYPE pool, PRESOURCELIST,
                        BOOLEAN scatter_gather, BOOLEAN addresses_32bit, BOOLEAN addresses_64bit,
                        BOOLEAN ignore_count, DMA_WIDTH, DMA_SPEED, ULONG maximum_length,
                        ULONG dma_port) noexcept override {
        return new_master_channel(adapter() ? adapter()->fdo : nullptr, outer,
                                  {.pool = pool,
                                   .scatter_gather = scatter_gather != FALSE,
                                   .addresses_32bit = addresses_32bit != FALSE,
                                   .addresses_64bit = addresses_64bit != FALSE,
                                   .ignore_count = ignore_count != FALSE,
                                   .maximum_length = maximum_length,
                                   .port = dma_port},
                                  channel);
    }

    Result<std::unique_ptr<Stream>> new_stream(KSPIN &pin, bool capture) override {
        auto stream = std::make_unique<WavePciStream>(pin, capture);
        const NTSTATUS status =
            stream->initialize(*static_cast<IMiniportWavePci *>(this->miniport()));
        if (!NT_SUCCESS(status))
            return fail(status);
        return stream;
    }

  protected:
    IUnknown *interface_of(const GUID &id) override {
        IUnknown *const drm = drm_.interface_of(id);
        return drm ? drm : common_interface(id, IID_IPortWavePci);
    }
    ComPtr<IMiniport> query_miniport(IUnknown *unknown) override {
        return ComPtr<IMiniport>::query(unknown, IID_IMiniportWavePci);
    }
    NTSTATUS init_miniport(IUnknown *adapter, IResourceList *resources) override {
        auto *miniport = static_cast<IMiniportWavePci *>(this->miniport());
        ComPtr<IServiceGroup> group;
        const NTSTATUS status =
            call_method("IMiniportWavePci.Init", miniport, &IMiniportWavePci::Init, adapter,
                        resources, static_cast<PPORTWAVEPCI>(this), group.receive());
        return NT_SUCCESS(status) ? membership_.join(group.get()) : status;
    }
    void release_interfaces() override { membership_.leave(); }

  private:
    void serve() {
        call_method("IMiniportWavePci.Service", static_cast<IMiniportWavePci *>(miniport()),
                    &IMiniportWavePci::Service);
    }

    ServiceMembership membership_;
    DrmPort drm_{*static_cast<IPortWavePci *>(this)};
};

} // namespace

IPort *make_wave_pci_port(Kernel &kernel) {
    return make_com<WavePciPort>(kernel);
}

} // namespace ksbox::portcls
