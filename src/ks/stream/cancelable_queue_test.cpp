// Cancelable IRP lists, as drivers without AVStream queues use them.
#include <gtest/gtest.h>

#include "abi/windows.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"

namespace ksbox::ks {
namespace {

/// IRPs of our own: a completion routine notes their end and keeps them.
struct Irps {
    std::vector<PIRP> made;
    std::vector<NTSTATUS> ended;

    PIRP make() {
        PIRP const irp = IoAllocateIrp(2, FALSE);
        IoSetCompletionRoutine(irp, completed, this, TRUE, TRUE, TRUE);
        IoSetNextIrpStackLocation(irp);
        made.push_back(irp);
        return irp;
    }
    static NTSTATUS NTAPI completed(PDEVICE_OBJECT, PIRP irp, PVOID context) {
        static_cast<Irps *>(context)->ended.push_back(irp->IoStatus.Status);
        return STATUS_MORE_PROCESSING_REQUIRED;
    }
    ~Irps() {
        for (PIRP irp : made)
            IoFreeIrp(irp);
    }
};

struct List {
    LIST_ENTRY head;
    KSPIN_LOCK lock = 0;
    List() { InitializeListHead(&head); }
    PIRP take(KSLIST_ENTRY_LOCATION where = KsListEntryHead,
              KSIRP_REMOVAL_OPERATION how = KsAcquireAndRemove) {
        return KsRemoveIrpFromCancelableQueue(&head, &lock, where, how);
    }
    void add(PIRP irp, KSLIST_ENTRY_LOCATION where = KsListEntryTail,
             PDRIVER_CANCEL cancel = nullptr) {
        KsAddIrpToCancelableQueue(&head, &lock, irp, where, cancel);
    }
};

class CancelableQueue : public testing::Test {
  protected:
    void run(const std::function<void()> &work) {
        auto kernel = Kernel::create({});
        ASSERT_TRUE(kernel);
        ASSERT_EQ((*kernel)->scheduler().call(work), ke::CallOutcome::done)
            << (*kernel)->bug_check().facts().reason.data();
    }
};

TEST_F(CancelableQueue, TakesFromEitherEnd) {
    run([] {
        Irps irps;
        List list;
        PIRP const a = irps.make(), b = irps.make(), c = irps.make();
        list.add(a);
        list.add(b);
        list.add(c, KsListEntryHead);
        EXPECT_EQ(list.take(), c);
        EXPECT_EQ(list.take(KsListEntryTail), b);
        EXPECT_EQ(list.take(), a);
        EXPECT_EQ(list.take(), nullptr);
    });
}

TEST_F(CancelableQueue, CancelTakesTheIrpOffAndCompletesIt) {
    run([] {
        Irps irps;
        List list;
        PIRP const a = irps.make(), b = irps.make();
        list.add(a);
        list.add(b);
        EXPECT_TRUE(IoCancelIrp(a));
        EXPECT_EQ(irps.ended, std::vector<NTSTATUS>{STATUS_CANCELLED});
        EXPECT_EQ(list.take(), b);
        EXPECT_EQ(list.take(), nullptr);
    });
}

TEST_F(CancelableQueue, AnIrpCancelledBeforeGoesAtOnce) {
    run([] {
        Irps irps;
        List list;
        PIRP const a = irps.make();
        IoCancelIrp(a);
        list.add(a);
        EXPECT_EQ(irps.ended, std::vector<NTSTATUS>{STATUS_CANCELLED});
        EXPECT_TRUE(IsListEmpty(&list.head));
    });
}

TEST_F(CancelableQueue, AnAcquiredIrpStaysAndIsNotCancelledUntilReleased) {
    run([] {
        Irps irps;
        List list;
        PIRP const a = irps.make(), b = irps.make();
        list.add(a);
        list.add(b);
        EXPECT_EQ(list.take(KsListEntryHead, KsAcquireOnly), a);
        EXPECT_EQ(list.take(KsListEntryHead, KsAcquireOnlySingleItem), nullptr);
        EXPECT_FALSE(IoCancelIrp(a));
        EXPECT_TRUE(irps.ended.empty());
        KsReleaseIrpOnCancelableQueue(a, nullptr);
        EXPECT_EQ(irps.ended, std::vector<NTSTATUS>{STATUS_CANCELLED});
        EXPECT_EQ(list.take(KsListEntryHead, KsAcquireOnly), b);
        KsRemoveSpecificIrpFromCancelableQueue(b);
        EXPECT_TRUE(IsListEmpty(&list.head));
    });
}

TEST_F(CancelableQueue, CancelIoCallsEveryCancelRoutine) {
    run([] {
        Irps irps;
        List list;
        PIRP const acquired = irps.make();
        list.add(acquired);
        EXPECT_EQ(list.take(KsListEntryHead, KsAcquireOnly), acquired);
        list.add(irps.make());
        list.add(irps.make());
        KsCancelIo(&list.head, &list.lock);
        EXPECT_EQ(irps.ended.size(), 2u);
        EXPECT_TRUE(acquired->Cancel);
        KsRemoveSpecificIrpFromCancelableQueue(acquired);
    });
}

NTSTATUS NTAPI every_second(PIRP irp, PVOID context) {
    auto &calls = *static_cast<int *>(context);
    ++calls;
    if (!irp)
        return STATUS_SUCCESS;
    return calls % 2 ? STATUS_SUCCESS : STATUS_NO_MATCH;
}
NTSTATUS NTAPI refuse(PIRP, PVOID) {
    return STATUS_UNSUCCESSFUL;
}

TEST_F(CancelableQueue, MovesWhatTheCallbackPicks) {
    run([] {
        Irps irps;
        List from, to;
        PIRP irp[4];
        for (PIRP &each : irp)
            from.add(each = irps.make());
        int calls = 0;
        EXPECT_EQ(KsMoveIrpsOnCancelableQueue(&from.head, &from.lock, &to.head, &to.lock,
                                              KsListEntryHead, every_second, &calls),
                  STATUS_SUCCESS);
        EXPECT_EQ(calls, 5);              // and once with no IRP at the end
        EXPECT_TRUE(IoCancelIrp(irp[2])); // under its new list's lock
        EXPECT_EQ(to.take(), irp[0]);
        EXPECT_EQ(to.take(), nullptr);
        EXPECT_EQ(KsMoveIrpsOnCancelableQueue(&from.head, &from.lock, &to.head, nullptr,
                                              KsListEntryHead, refuse, nullptr),
                  STATUS_UNSUCCESSFUL);
        EXPECT_EQ(from.take(), irp[1]);
        EXPECT_EQ(from.take(), irp[3]);
    });
}

} // namespace
} // namespace ksbox::ks
