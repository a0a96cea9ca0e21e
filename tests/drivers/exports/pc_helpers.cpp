// Stream resources, and what a WaveRT port offers besides its own interface.
#include "support/pc_case.h"

namespace {

PCSTREAMRESOURCE_DESCRIPTOR ThisThread() {
    PCSTREAMRESOURCE_DESCRIPTOR Descriptor;
    PCSTREAMRESOURCE_DESCRIPTOR_INIT(&Descriptor);
    Descriptor.Type = ePcStreamResourceThread;
    Descriptor.Resource.Thread = PsGetCurrentThread();
    return Descriptor;
}

} // namespace

EXPORT_CASE(PcAddStreamResource, PcRemoveStreamResource) {
    PCSTREAMRESOURCE_DESCRIPTOR Descriptor = ThisThread();
    PCSTREAMRESOURCE First = nullptr, Second = nullptr;
    EXPECT_SUCCESS(PcAddStreamResource(Case.PhysicalDevice, nullptr, &Descriptor, &First));
    Descriptor.Type = ePcStreamResourceInterrupt;
    Descriptor.Resource.Interrupt.Version = CONNECT_FULLY_SPECIFIED;
    Descriptor.Resource.Interrupt.Generic = &First;
    EXPECT_SUCCESS(PcAddStreamResource(Case.PhysicalDevice, nullptr, &Descriptor, &Second));
    EXPECT_TRUE(First != nullptr && Second != nullptr && First != Second);
    EXPECT_SUCCESS(PcRemoveStreamResource(First));
    EXPECT_EQ(PcRemoveStreamResource(First), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(PcRemoveStreamResource(Second));
    Descriptor = ThisThread();
    EXPECT_EQ(PcAddStreamResource(nullptr, nullptr, &Descriptor, &First), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcAddStreamResource(Case.PhysicalDevice, &First, &Descriptor, &First),
              STATUS_INVALID_PARAMETER);
    Descriptor.Resource.Thread = nullptr;
    EXPECT_EQ(PcAddStreamResource(Case.PhysicalDevice, nullptr, &Descriptor, &First),
              STATUS_INVALID_PARAMETER);
    Descriptor = ThisThread();
    --Descriptor.Size;
    EXPECT_EQ(PcAddStreamResource(Case.PhysicalDevice, nullptr, &Descriptor, &First),
              STATUS_INVALID_PARAMETER);
    Descriptor = ThisThread();
    Descriptor.Type = ePcStreamResourceSet; // reserved
    EXPECT_EQ(PcAddStreamResource(Case.PhysicalDevice, nullptr, &Descriptor, &First),
              STATUS_INVALID_PARAMETER);
}

EXPORT_CASE(PcNewPort) {
    PPORT Port = nullptr;
    REQUIRE_SUCCESS(PcNewPort(&Port, CLSID_PortWaveRT));
    PPORTCLSETWHELPER Etw = nullptr;
    REQUIRE_SUCCESS(Port->QueryInterface(IID_IPortClsEtwHelper, (PVOID *)&Etw));
    EXPECT_SUCCESS(Etw->MiniportWriteEtwEvent(eMINIPORT_PIN_STATE, 1, 2, 3, 4));
    EXPECT_EQ(Etw->MiniportWriteEtwEvent(eMINIPORT_MaxValue, 1, 2, 3, 4), STATUS_INVALID_PARAMETER);
    PPORTCLSStreamResourceManager2 Resources = nullptr;
    REQUIRE_SUCCESS(Port->QueryInterface(IID_IPortClsStreamResourceManager2, (PVOID *)&Resources));
    PCSTREAMRESOURCE_DESCRIPTOR Descriptor = ThisThread();
    PCSTREAMRESOURCE Handle = nullptr;
    // The port is no device's yet.
    EXPECT_EQ(Resources->AddStreamResource(nullptr, &Descriptor, &Handle),
              STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(
        Resources->AddStreamResource2(Case.PhysicalDevice, nullptr, &Descriptor, &Handle));
    EXPECT_SUCCESS(Resources->RemoveStreamResource(Handle));
    PPORTCLSStreamResourceManager Older = nullptr;
    REQUIRE_SUCCESS(Etw->QueryInterface(IID_IPortClsStreamResourceManager, (PVOID *)&Older));
    EXPECT_TRUE(Older == Resources);
    PPORTCLSRUNTIMEPOWER Power = nullptr;
    REQUIRE_SUCCESS(Port->QueryInterface(IID_IPortClsRuntimePower, (PVOID *)&Power));
    SIZE_T Returned = 1;
    EXPECT_EQ(Power->SendPowerControl(Case.Device, &GUID_NULL, nullptr, 0, nullptr, 0, &Returned),
              STATUS_NOT_SUPPORTED);
    EXPECT_EQ(Returned, 0u);
    const auto Callback = [](LPCGUID, PVOID, SIZE_T, PVOID, SIZE_T, PSIZE_T, PVOID) -> NTSTATUS {
        return STATUS_SUCCESS;
    };
    EXPECT_EQ(Power->UnregisterPowerControlCallback(Case.Device), STATUS_INVALID_DEVICE_STATE);
    EXPECT_SUCCESS(Power->RegisterPowerControlCallback(Case.Device, Callback, nullptr));
    EXPECT_EQ(Power->RegisterPowerControlCallback(Case.Device, Callback, nullptr),
              STATUS_INVALID_DEVICE_STATE);
    EXPECT_SUCCESS(Power->UnregisterPowerControlCallback(Case.Device));
    // All of them are the port: one identity, one count.
    PUNKNOWN Identity[2] = {};
    Port->QueryInterface(IID_IUnknown, (PVOID *)&Identity[0]);
    Power->QueryInterface(IID_IUnknown, (PVOID *)&Identity[1]);
    EXPECT_TRUE(Identity[0] == Identity[1]);
    const PUNKNOWN Parts[] = {Identity[0], Identity[1], Older, Power, Resources, Etw};
    for (PUNKNOWN Part : Parts)
        Part->Release();
    Port->Release();
    // Other ports have none of them.
    REQUIRE_SUCCESS(PcNewPort(&Port, CLSID_PortTopology));
    EXPECT_EQ(Port->QueryInterface(IID_IPortClsEtwHelper, (PVOID *)&Etw), STATUS_INVALID_PARAMETER);
    Port->Release();
}

// punknown.h's identifier, which all drivers have, is not COM's.
EXPORT_CASE(PcNewPort) {
    const GUID Headers = {0, 0, 0, {0x00, 0x00, 0xC0, 0x00, 0x00, 0x00, 0x00, 0x46}};
    const GUID Com = {0, 0, 0, {0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46}};
    EXPECT_TRUE(IsEqualGUID(IID_IUnknown, Headers));
    PPORT Port = nullptr;
    REQUIRE_SUCCESS(PcNewPort(&Port, CLSID_PortWaveCyclic));
    PUNKNOWN Identity[2] = {};
    REQUIRE_SUCCESS(Port->QueryInterface(Headers, (PVOID *)&Identity[0]));
    REQUIRE_SUCCESS(Port->QueryInterface(Com, (PVOID *)&Identity[1]));
    EXPECT_TRUE(Identity[0] == Identity[1]);
    Identity[0]->Release();
    Identity[1]->Release();
    Port->Release();
}
