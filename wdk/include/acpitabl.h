// The physical location of a device as ACPI's _PLD gives it: what camera drivers use of acpitabl.h.
#ifndef KSBOX_WDK_ACPITABL_H
#define KSBOX_WDK_ACPITABL_H

// @doc NE:acpitabl._ACPI_PLD_PANEL
typedef enum _ACPI_PLD_PANEL {
    AcpiPldPanelTop = 0,
    AcpiPldPanelBottom = 1,
    AcpiPldPanelLeft = 2,
    AcpiPldPanelRight = 3,
    AcpiPldPanelFront = 4,
    AcpiPldPanelBack = 5,
    AcpiPldPanelUnknown = 6
} ACPI_PLD_PANEL,
    *PACPI_PLD_PANEL;

// @doc NE:acpitabl._ACPI_PLD_ROTATION (in steps of 45 degrees, clockwise)
typedef enum _ACPI_PLD_ROTATION {
    AcpiPldRotation0 = 0,
    AcpiPldRotation45 = 1,
    AcpiPldRotation90 = 2,
    AcpiPldRotation135 = 3,
    AcpiPldRotation180 = 4,
    AcpiPldRotation225 = 5,
    AcpiPldRotation270 = 6,
    AcpiPldRotation315 = 7
} ACPI_PLD_ROTATION,
    *PACPI_PLD_ROTATION;

// Names without a page that camera drivers know the two by (inferred).
typedef ACPI_PLD_PANEL AcpiPldPanel;
typedef ACPI_PLD_ROTATION AcpiPldRotation;

// The buffer of revision 2, 20 bytes: ACPI specification 6.1.8, in the order of its bits.
typedef struct _ACPI_PLD_V2_BUFFER {
    ULONG Revision : 7;
    ULONG IgnoreColor : 1;
    ULONG Color : 24;
    ULONG Width : 16;
    ULONG Height : 16;
    ULONG UserVisible : 1;
    ULONG Dock : 1;
    ULONG Lid : 1;
    ULONG Panel : 3;
    ULONG VerticalPosition : 2;
    ULONG HorizontalPosition : 2;
    ULONG Shape : 4;
    ULONG GroupOrientation : 1;
    ULONG GroupToken : 8;
    ULONG GroupPosition : 8;
    ULONG Bay : 1;
    ULONG Ejectable : 1;
    ULONG OspmEjectionRequired : 1;
    ULONG CabinetNumber : 8;
    ULONG CardCageNumber : 8;
    ULONG Reference : 1;
    ULONG Rotation : 4;
    ULONG Order : 5;
    ULONG Reserved : 4;
    ULONG VerticalOffset : 16;
    ULONG HorizontalOffset : 16;
} ACPI_PLD_V2_BUFFER, *PACPI_PLD_V2_BUFFER;

#endif
