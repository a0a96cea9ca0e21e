// What the object headers lead to: devices, filters, pins.
#include "support/ks_case.h"

EXPORT_CASE(KsGetFilterFromIrp) {
    EXPECT_TRUE(Case.Filter != NULL);
    EXPECT_EQ(KsGetFilterFromIrp(Case.Irp), Case.Filter);
}

EXPORT_PIN_CASE(KsGetPinFromIrp, KsPinGetParentFilter) {
    EXPECT_EQ(KsGetPinFromIrp(Case.Irp), Case.Pin);
    EXPECT_EQ(KsPinGetParentFilter(Case.Pin), Case.Filter);
    EXPECT_EQ(Case.Pin->DeviceState, KSSTATE_RUN);
}
