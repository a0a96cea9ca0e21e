// Basic-support answers.
#include "ks/property_description.h"

#include <cstring>
#include <vector>

namespace ksbox::ks {
namespace {

std::vector<const KSPROPERTY_MEMBERSLIST *> members_of(const KSPROPERTY_ITEM &item,
                                                       bool defaults_only) {
    std::vector<const KSPROPERTY_MEMBERSLIST *> members;
    for (ULONG i = 0; item.Values && i < item.Values->MembersListCount; ++i) {
        const auto &one = item.Values->MembersList[i];
        if (!defaults_only || (one.MembersHeader.Flags & KSPROPERTY_MEMBER_FLAG_DEFAULT))
            members.push_back(&one);
    }
    return members;
}

ULONG members_bytes(const KSPROPERTY_MEMBERSLIST &list) {
    return list.MembersHeader.MembersSize * list.MembersHeader.MembersCount;
}

} // namespace

NTSTATUS describe_property(const KSPROPERTY_ITEM &item, const Request &request,
                           bool defaults_only) {
    const auto members = members_of(item, defaults_only);
    KSPROPERTY_DESCRIPTION description{};
    description.AccessFlags = (item.GetPropertyHandler ? KSPROPERTY_TYPE_GET : 0) |
                              (item.SetPropertyHandler ? KSPROPERTY_TYPE_SET : 0);
    description.DescriptionSize = sizeof description;
    if (item.Values)
        description.PropTypeSet = item.Values->PropTypeSet;
    description.MembersListCount = static_cast<ULONG>(members.size());
    for (const auto *one : members)
        description.DescriptionSize += sizeof(KSPROPERTY_MEMBERSHEADER) + members_bytes(*one);

    auto &information = request.irp->IoStatus.Information;
    auto *out = static_cast<std::byte *>(request.data);
    switch (request.data_bytes) {
    case sizeof(ULONG):
        std::memcpy(out, &description.AccessFlags, sizeof(ULONG));
        information = sizeof(ULONG);
        return STATUS_SUCCESS;
    case sizeof(KSPROPERTY_DESCRIPTION):
        std::memcpy(out, &description, sizeof description);
        information = sizeof description;
        return STATUS_SUCCESS;
    default:
        break;
    }
    if (request.data_bytes < description.DescriptionSize)
        return STATUS_BUFFER_TOO_SMALL;
    std::memcpy(out, &description, sizeof description);
    out += sizeof description;
    for (const auto *one : members) {
        std::memcpy(out, &one->MembersHeader, sizeof one->MembersHeader);
        out += sizeof one->MembersHeader;
        std::memcpy(out, one->Members, members_bytes(*one));
        out += members_bytes(*one);
    }
    information = description.DescriptionSize;
    return STATUS_SUCCESS;
}

} // namespace ksbox::ks
