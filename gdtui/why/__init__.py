"""Why a run goes as it does: what is measured of it, the verdict on that, and the remedy, which can be tried."""
