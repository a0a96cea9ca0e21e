#include "nt/se/well_known.h"

namespace ksbox::se {
namespace {

/// A SID with one or two parts behind its authority.
struct KnownSid {
    UCHAR revision = SID_REVISION;
    UCHAR count;
    UCHAR authority[6];
    ULONG parts[2];
};

constexpr KnownSid one(UCHAR authority, ULONG part) {
    return {SID_REVISION, 1, {0, 0, 0, 0, 0, authority}, {part, 0}};
}
constexpr KnownSid builtin(ULONG part) {
    return {SID_REVISION, 2, {0, 0, 0, 0, 0, 5}, {32, part}};
}
constexpr KnownSid no_part(UCHAR authority) {
    return {SID_REVISION, 0, {0, 0, 0, 0, 0, authority}, {0, 0}};
}

// secauthz/well-known-sids
constexpr KnownSid null_sid = one(0, 0), world = one(1, 0), local = one(2, 0),
                   creator_owner = one(3, 0), creator_group = one(3, 1), owner_rights = one(3, 4);
constexpr KnownSid nt_authority = no_part(5), dialup = one(5, 1), network = one(5, 2),
                   batch = one(5, 3), interactive = one(5, 4), anonymous = one(5, 7),
                   authenticated = one(5, 11), restricted = one(5, 12), iuser = one(5, 17),
                   local_system = one(5, 18), local_service = one(5, 19),
                   network_service = one(5, 20);
constexpr KnownSid admins = builtin(544), users = builtin(545), guests = builtin(546),
                   power_users = builtin(547), account_operators = builtin(548),
                   system_operators = builtin(549), print_operators = builtin(550),
                   backup_operators = builtin(551);
constexpr KnownSid untrusted = one(16, 0), low = one(16, 0x1000), medium = one(16, 0x2000),
                   high = one(16, 0x3000), system_label = one(16, 0x4000);

constexpr PSID sid(const KnownSid &known) {
    return const_cast<void *>(static_cast<const void *>(&known));
}

constexpr LUID luid(ULONG value) {
    return {value, 0};
}

/// Privileges are numbered as SE_…_PRIVILEGE in wdm.h.
constexpr SE_EXPORTS all{
    .SeCreateTokenPrivilege = luid(2),
    .SeAssignPrimaryTokenPrivilege = luid(3),
    .SeLockMemoryPrivilege = luid(4),
    .SeIncreaseQuotaPrivilege = luid(5),
    .SeUnsolicitedInputPrivilege = luid(6),
    .SeTcbPrivilege = luid(7),
    .SeSecurityPrivilege = luid(8),
    .SeTakeOwnershipPrivilege = luid(9),
    .SeLoadDriverPrivilege = luid(10),
    .SeCreatePagefilePrivilege = luid(15),
    .SeIncreaseBasePriorityPrivilege = luid(14),
    .SeSystemProfilePrivilege = luid(11),
    .SeSystemtimePrivilege = luid(12),
    .SeProfileSingleProcessPrivilege = luid(13),
    .SeCreatePermanentPrivilege = luid(16),
    .SeBackupPrivilege = luid(17),
    .SeRestorePrivilege = luid(18),
    .SeShutdownPrivilege = luid(19),
    .SeDebugPrivilege = luid(20),
    .SeAuditPrivilege = luid(21),
    .SeSystemEnvironmentPrivilege = luid(22),
    .SeChangeNotifyPrivilege = luid(23),
    .SeRemoteShutdownPrivilege = luid(24),
    .SeNullSid = sid(null_sid),
    .SeWorldSid = sid(world),
    .SeLocalSid = sid(local),
    .SeCreatorOwnerSid = sid(creator_owner),
    .SeCreatorGroupSid = sid(creator_group),
    .SeNtAuthoritySid = sid(nt_authority),
    .SeDialupSid = sid(dialup),
    .SeNetworkSid = sid(network),
    .SeBatchSid = sid(batch),
    .SeInteractiveSid = sid(interactive),
    .SeLocalSystemSid = sid(local_system),
    .SeAliasAdminsSid = sid(admins),
    .SeAliasUsersSid = sid(users),
    .SeAliasGuestsSid = sid(guests),
    .SeAliasPowerUsersSid = sid(power_users),
    .SeAliasAccountOpsSid = sid(account_operators),
    .SeAliasSystemOpsSid = sid(system_operators),
    .SeAliasPrintOpsSid = sid(print_operators),
    .SeAliasBackupOpsSid = sid(backup_operators),
    .SeAuthenticatedUsersSid = sid(authenticated),
    .SeRestrictedSid = sid(restricted),
    .SeAnonymousLogonSid = sid(anonymous),
    .SeUndockPrivilege = luid(25),
    .SeSyncAgentPrivilege = luid(26),
    .SeEnableDelegationPrivilege = luid(27),
    .SeLocalServiceSid = sid(local_service),
    .SeNetworkServiceSid = sid(network_service),
    .SeManageVolumePrivilege = luid(28),
    .SeImpersonatePrivilege = luid(29),
    .SeCreateGlobalPrivilege = luid(30),
    .SeTrustedCredManAccessPrivilege = luid(31),
    .SeRelabelPrivilege = luid(32),
    .SeIncreaseWorkingSetPrivilege = luid(33),
    .SeTimeZonePrivilege = luid(34),
    .SeCreateSymbolicLinkPrivilege = luid(35),
    .SeIUserSid = sid(iuser),
    .SeUntrustedMandatorySid = sid(untrusted),
    .SeLowMandatorySid = sid(low),
    .SeMediumMandatorySid = sid(medium),
    .SeHighMandatorySid = sid(high),
    .SeSystemMandatorySid = sid(system_label),
    .SeOwnerRightsSid = sid(owner_rights),
};

} // namespace

constinit const PSE_EXPORTS exports = const_cast<PSE_EXPORTS>(&all);

} // namespace ksbox::se
