//! Sums over the cells of each battery of a block: all that the circuit and the heat need of the cells.

use super::state::{Cells, Model, Own};
use crate::cell::Climate;
use crate::wide::{Vector, lanewise};

lanewise! {
    /// Sums over the cells of a battery; the meaning of a field is that of the cell's.
    pub(super) struct Sums {
        /// Voltage at zero string current: Σ (emf − R0·bleed), V.
        pub emf,
        /// Σ OCV, V.
        pub ocv,
        pub v1,
        pub v2,
        pub r0,
        pub r1,
        pub r2_discharge,
        pub r2_charge,
        pub m,
        pub mh,
        /// Σ M/Q and Σ M·h/Q, V/(A·s).
        pub m_per_q,
        pub mh_per_q,
        /// Σ 1/Q, 1/(A·s).
        pub per_q,
        pub slope,
        /// Σ slope·(bleed + self-discharge), V/s.
        pub leak,
        pub r0_slope,
        pub entropy,
        /// Σ OCV·(bleed + self-discharge), W.
        pub leak_watts,
        /// Σ dOCV/dT·(bleed + self-discharge), W/K.
        pub leak_entropy,
        /// Σ R·bleed: what the bleed takes from the voltages, V.
        pub r0_bleed,
        pub r1_bleed,
        pub r2_discharge_bleed,
        pub r2_charge_bleed,
    }
}

impl<V: Vector> Sums<V> {
    #[inline(always)]
    pub fn add(&mut self, cells: &Cells<V>, own: &Own<V>) {
        let mh = cells.m * cells.h;
        let ocv = cells.emf - cells.v1 - cells.v2 - mh;
        let leak = own.bleed + own.self_discharge;
        self.emf += cells.emf;
        self.ocv += ocv;
        self.v1 += cells.v1;
        self.v2 += cells.v2;
        self.r0 += cells.r0;
        self.r1 += cells.r1;
        self.r2_discharge += cells.r2_discharge;
        self.r2_charge += cells.r2_charge;
        self.m += cells.m;
        self.mh += mh;
        self.m_per_q += cells.m * own.per_capacity;
        self.mh_per_q += mh * own.per_capacity;
        self.per_q += own.per_capacity;
        self.slope += cells.slope;
        self.leak += cells.slope * leak;
        self.r0_slope += cells.r0_slope;
        self.entropy += cells.entropy;
        self.leak_watts += ocv * leak;
        self.leak_entropy += cells.entropy * leak;
        if !own.bleed.is_zero() {
            let r0_bleed = cells.r0 * own.bleed;
            self.emf = self.emf - r0_bleed;
            self.r0_bleed += r0_bleed;
            self.r1_bleed += cells.r1 * own.bleed;
            self.r2_discharge_bleed += cells.r2_discharge * own.bleed;
            self.r2_charge_bleed += cells.r2_charge * own.bleed;
        }
    }

    /// What the first RC pair relaxes to at string current `i`, V.
    #[inline(always)]
    pub fn target1(&self, i: V) -> V {
        self.r1 * i - self.r1_bleed
    }

    /// What the second relaxes to at string current `i` of the direction `direction`, V.
    #[inline(always)]
    pub fn target2(&self, direction: V, i: V) -> V {
        direction.choose(self.r2_charge * i - self.r2_charge_bleed, self.r2_discharge * i - self.r2_discharge_bleed)
    }
}

impl Model {
    /// dV/dt of both RC pairs of the batteries of a block at string current `i`, V/s.
    #[inline(always)]
    pub fn relaxing<V: Vector>(&self, sums: &Sums<V>, climate: &Climate<V>, i: V) -> [V; 2] {
        [(sums.target1(i) - sums.v1) * climate.rate1, (sums.target2(i, i) - sums.v2) * climate.rate2]
    }

    /// dE/dt of the batteries of a block at constant string current `i`, while they warm by `warming` K/s. V/s.
    #[inline(always)]
    pub fn drift<V: Vector>(&self, sums: &Sums<V>, climate: &Climate<V>, i: V, warming: V) -> V {
        let stored = i.choose(i * self.efficiency, i);
        let [relaxing1, relaxing2] = self.relaxing(sums, climate, i);
        (sums.slope + sums.r0_slope * i) * stored - sums.leak
            + relaxing1
            + relaxing2
            + i * (sums.m_per_q - i.sign() * sums.mh_per_q) * self.gamma
            + (sums.entropy + sums.r0 * climate.r0_per_kelvin * i) * warming
    }

    /// Heat of the batteries of a block at string current `i`, by [`Sums`] that may be those of any instant; W.
    ///
    /// What goes in at the terminals, less what the charge in the cells stores: `Σ (V·i − OCV·dq/dt)`, and the
    /// entropic heat of the charge that is stored. It holds for both forms: what an RC pair takes in counts as heat when it goes in.
    #[inline(always)]
    pub fn heat<V: Vector>(&self, sums: &Sums<V>, climate: &Climate<V>, i: V) -> V {
        let wasted = i.max(V::zero()) * (1.0 - self.efficiency);
        let kelvin = climate.celsius + 273.15;
        (sums.r0 * i - sums.r0_bleed + sums.v1 + sums.v2 + sums.mh) * i
            + kelvin * (sums.entropy * (i - wasted) - sums.leak_entropy)
            + sums.ocv * wasted
            + sums.leak_watts
    }
}
