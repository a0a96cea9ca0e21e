// Ports that no adapter has yet, and what they offer a miniport.
#include "support/pc_case.h"

EXPORT_CASE(PcNewPort) {
    UNREFERENCED_PARAMETER(Case);
    const struct {
        const GUID *Class;
        const GUID *Interface;
        bool Protects;
    } Kinds[] = {{&CLSID_PortWaveCyclic, &IID_IPortWaveCyclic, true},
                 {&CLSID_PortWavePci, &IID_IPortWavePci, true},
                 {&CLSID_PortWaveRT, &IID_IPortWaveRT, true},
                 {&CLSID_PortTopology, &IID_IPortTopology, false},
                 {&CLSID_PortDMus, &IID_IPortDMus, false},
                 {&CLSID_PortMidi, &IID_IPortMidi, false},
                 {&CLSID_PortMidi, &IID_IPortDMus, false}}; // one implementation since Windows XP
    for (const auto &Kind : Kinds) {
        PPORT Port = nullptr;
        REQUIRE_SUCCESS(PcNewPort(&Port, *Kind.Class));
        PVOID Own = nullptr;
        EXPECT_SUCCESS(Port->QueryInterface(*Kind.Interface, &Own));
        EXPECT_EQ(Port->Release(), 1);
        PDRMPORT2 Drm = nullptr;
        const NTSTATUS Status = Port->QueryInterface(IID_IDrmPort2, (PVOID *)&Drm);
        EXPECT_EQ(Status, Kind.Protects ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER);
        if (NT_SUCCESS(Status)) {
            PVOID Again = nullptr;
            EXPECT_SUCCESS(Drm->QueryInterface(IID_IPort, &Again)); // one object
            EXPECT_EQ(Again, static_cast<PVOID>(Port));
            EXPECT_EQ(Port->Release(), 2);
            ULONG Content = 0;
            DRMRIGHTS Rights = {TRUE, 0, TRUE};
            EXPECT_SUCCESS(Drm->CreateContentMixed(nullptr, 0, &Content));
            EXPECT_SUCCESS(Drm->GetContentRights(Content, &Rights));
            EXPECT_FALSE(Rights.CopyProtect);
            EXPECT_SUCCESS(DrmDestroyContent(Content)); // the system's, not the port's
            EXPECT_EQ(Drm->DestroyContent(Content), STATUS_INVALID_PARAMETER);
            EXPECT_EQ(Drm->Release(), 1);
        }
        EXPECT_EQ(Port->Release(), 0);
    }
    EXPECT_EQ(PcNewPort(nullptr, CLSID_PortTopology), STATUS_INVALID_PARAMETER);
    PPORT None = reinterpret_cast<PPORT>(1);
    EXPECT_EQ(PcNewPort(&None, IID_IPortTopology), STATUS_INVALID_PARAMETER); // no class
    EXPECT_EQ(None, (PPORT) nullptr);
}
