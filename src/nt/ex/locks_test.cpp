// Fast mutexes, resources, push locks and run-down protection, fought over by several threads.
#include "nt/ex/box_test.h"
#include "nt/ex/executive.h"
#include "nt/ex/push_lock.h"
#include "nt/ex/resource.h"

namespace ksbox {
namespace {

using namespace ex;

class LocksTest : public BoxTest {};
INSTANTIATE_TEST_SUITE_P(Modes, LocksTest, both_modes, mode_name);

constexpr int rounds = 200;

TEST_P(LocksTest, FastMutexExcludes) {
    run([&] {
        FAST_MUTEX mutex;
        ExInitializeFastMutex(&mutex);
        int inside = 0, most = 0, total = 0;
        const auto work = [&] {
            for (int i = 0; i < rounds; ++i) {
                ExAcquireFastMutex(&mutex);
                EXPECT_EQ(KeGetCurrentIrql(), APC_LEVEL);
                most = std::max(most, ++inside);
                kernel->scheduler().yield();
                ++total;
                --inside;
                ExReleaseFastMutex(&mutex);
                EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
            }
        };
        run_together({work, work, work});
        EXPECT_EQ(most, 1);
        EXPECT_EQ(total, 3 * rounds);
        EXPECT_EQ(mutex.Count, 1);
        EXPECT_TRUE(ExTryToAcquireFastMutex(&mutex));
        EXPECT_FALSE(ExTryToAcquireFastMutex(&mutex));
        EXPECT_EQ(KeGetCurrentIrql(), APC_LEVEL);
        ExReleaseFastMutex(&mutex);
    });
}

TEST_P(LocksTest, ResourceAdmitsReadersTogetherAndWritersAlone) {
    run([&] {
        ERESOURCE resource;
        resource_initialize(resource);
        std::atomic<int> readers = 0, writers = 0, most_readers = 0;
        const auto read = [&] {
            for (int i = 0; i < rounds; ++i) {
                resource_acquire_shared(resource, true, SharedPolicy::normal);
                EXPECT_EQ(writers, 0);
                const int now = ++readers;
                int most = most_readers;
                while (most < now && !most_readers.compare_exchange_weak(most, now))
                    ;
                kernel->scheduler().yield();
                --readers;
                resource_release(resource, (ERESOURCE_THREAD)KeGetCurrentThread());
            }
        };
        const auto write = [&] {
            for (int i = 0; i < rounds; ++i) {
                resource_acquire_exclusive(resource, true);
                EXPECT_TRUE(resource_is_exclusive(resource));
                EXPECT_EQ(++writers, 1);
                EXPECT_EQ(readers, 0);
                kernel->scheduler().yield();
                --writers;
                resource_release(resource, (ERESOURCE_THREAD)KeGetCurrentThread());
            }
        };
        run_together({read, write, read, write, read});
        EXPECT_GT(most_readers, 1);
        EXPECT_EQ(resource.ActiveCount, 0);
        EXPECT_EQ(resource_count(resource), 0u);
        resource_delete(resource);
    });
}

TEST_P(LocksTest, ResourceCountsRecursionAndConverts) {
    run([&] {
        ERESOURCE resource;
        resource_initialize(resource);
        const auto me = (ERESOURCE_THREAD)KeGetCurrentThread();
        EXPECT_TRUE(resource_acquire_exclusive(resource, false));
        EXPECT_TRUE(resource_acquire_exclusive(resource, false));
        EXPECT_TRUE(resource_acquire_shared(resource, false, SharedPolicy::normal));
        EXPECT_EQ(resource_count(resource), 3u);
        resource_convert_to_shared(resource);
        EXPECT_FALSE(resource_is_exclusive(resource));
        run_together({[&] {
            EXPECT_TRUE(resource_acquire_shared(resource, false, SharedPolicy::normal));
            EXPECT_FALSE(resource_acquire_exclusive(resource, false));
            resource_release(resource, (ERESOURCE_THREAD)KeGetCurrentThread());
        }});
        resource_release(resource, me);
        resource_release(resource, me);
        resource_release(resource, me);
        EXPECT_EQ(resource_count(resource), 0u);
        EXPECT_TRUE(resource_acquire_exclusive(resource, false));
        resource_release(resource, me);
        resource_delete(resource);
    });
}

TEST_P(LocksTest, ReleasingAResourceNotOwnedStopsTheBox) {
    EXPECT_EQ(stop_code([&] {
                  ERESOURCE resource;
                  resource_initialize(resource);
                  resource_release(resource, (ERESOURCE_THREAD)KeGetCurrentThread());
              }),
              0xe3u);
}

TEST_P(LocksTest, PushLockAdmitsReadersTogetherAndWritersAlone) {
    run([&] {
        PushLocks &locks = kernel->executive().push_locks();
        ULONG_PTR lock = 0;
        std::atomic<int> readers = 0, writers = 0;
        const auto use = [&](bool exclusive) {
            return [&, exclusive] {
                for (int i = 0; i < rounds; ++i) {
                    locks.acquire(&lock, exclusive);
                    (exclusive ? writers : readers)++;
                    EXPECT_TRUE(writers == 0 || (writers == 1 && readers == 0));
                    kernel->scheduler().yield();
                    (exclusive ? writers : readers)--;
                    locks.release(&lock, exclusive);
                }
            };
        };
        run_together({use(true), use(false), use(true), use(false)});
        EXPECT_EQ(lock, 0u);
    });
}

TEST_P(LocksTest, RundownWaitsForHoldersAndRefusesNewOnes) {
    run([&] {
        EX_RUNDOWN_REF reference;
        ExInitializeRundownProtection(&reference);
        EXPECT_TRUE(ExAcquireRundownProtection(&reference));
        EXPECT_TRUE(ExAcquireRundownProtectionEx(&reference, 2));
        bool gone = false;
        run_together({[&] {
                          ExWaitForRundownProtectionRelease(&reference);
                          EXPECT_TRUE(gone);
                      },
                      [&] {
                          sleep_ms(20);
                          EXPECT_FALSE(ExAcquireRundownProtection(&reference));
                          ExReleaseRundownProtection(&reference);
                          sleep_ms(20);
                          gone = true;
                          ExReleaseRundownProtectionEx(&reference, 2);
                      }});
        EXPECT_FALSE(ExAcquireRundownProtection(&reference));
        ExWaitForRundownProtectionRelease(&reference); // no effect once run down
        ExRundownCompleted(&reference);
        ExReInitializeRundownProtection(&reference);
        EXPECT_TRUE(ExAcquireRundownProtection(&reference));
        ExReleaseRundownProtection(&reference);
        ExWaitForRundownProtectionRelease(&reference);
    });
}

TEST_P(LocksTest, ReleasingRundownProtectionNobodyHoldsStopsTheBox) {
    EXPECT_EQ(stop_code([&] {
                  EX_RUNDOWN_REF reference;
                  ExInitializeRundownProtection(&reference);
                  ExReleaseRundownProtection(&reference);
              }),
              0x18u);
}

} // namespace
} // namespace ksbox
