// Resource lists.
#include "support/pc_case.h"

EXPORT_CASE(PcNewResourceList) {
    UNREFERENCED_PARAMETER(Case);
    PRESOURCELIST Resources = CaseResources();
    REQUIRE(Resources != nullptr);
    EXPECT_EQ(Resources->NumberOfEntries(), 4);
    EXPECT_EQ(Resources->NumberOfPorts(), 2);
    EXPECT_EQ(Resources->NumberOfInterrupts(), 1);
    EXPECT_EQ(Resources->NumberOfMemories(), 0);
    PCM_PARTIAL_RESOURCE_DESCRIPTOR Port = Resources->FindTranslatedPort(1);
    REQUIRE(Port != nullptr);
    EXPECT_EQ(Port->u.Port.Start.QuadPart, 0x388);
    EXPECT_EQ(Resources->FindUntranslatedPort(1)->u.Port.Start.QuadPart, 0x388);
    EXPECT_NE(Resources->FindUntranslatedPort(1), Port);
    EXPECT_EQ(Resources->FindTranslatedPort(2), nullptr);
    EXPECT_EQ(Resources->FindTranslatedMemory(0), nullptr);
    PCM_RESOURCE_LIST List = Resources->TranslatedList();
    REQUIRE(List != nullptr);
    EXPECT_EQ(List->Count, 1);
    EXPECT_EQ(List->List[0].PartialResourceList.Count, 4);
    EXPECT_NE(Resources->UntranslatedList(), List);
    CM_PARTIAL_RESOURCE_DESCRIPTOR More = *Port;
    EXPECT_EQ(Resources->AddEntry(&More, &More), STATUS_INSUFFICIENT_RESOURCES); // it is full
    EXPECT_EQ(Resources->Release(), 0);
}

EXPORT_CASE(PcNewResourceSublist) {
    UNREFERENCED_PARAMETER(Case);
    PRESOURCELIST Resources = CaseResources(), Part = nullptr;
    REQUIRE(Resources != nullptr);
    REQUIRE_SUCCESS(PcNewResourceSublist(&Part, nullptr, PagedPool, Resources, 2));
    EXPECT_EQ(Part->NumberOfEntries(), 0);
    EXPECT_SUCCESS(Part->AddPortFromParent(Resources, 1));
    EXPECT_EQ(Part->AddPortFromParent(Resources, 2), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(Part->AddInterruptFromParent(Resources, 0));
    EXPECT_EQ(Part->AddDmaFromParent(Resources, 0), STATUS_INSUFFICIENT_RESOURCES);
    EXPECT_EQ(Part->NumberOfEntries(), 2);
    PCM_PARTIAL_RESOURCE_DESCRIPTOR Port = Part->FindTranslatedPort(0);
    REQUIRE(Port != nullptr);
    EXPECT_EQ(Port->u.Port.Start.QuadPart, 0x388);
    EXPECT_EQ(Resources->Release(), 0);
    EXPECT_EQ(Port->u.Port.Start.QuadPart, 0x388); // the entries are its own
    EXPECT_EQ(Part->FindUntranslatedInterrupt(0)->u.Interrupt.Vector, CaseInterruptVector);
    EXPECT_EQ(Part->Release(), 0);
}
