//! Random streams: pinned values, independence of draws, random access to noise.

use ngbank_sim::streams::{Entity, NOISE_WORDS, Noise, stream};

#[test]
fn the_numbers_are_pinned_on_every_platform() {
    let mut bank = stream(1, Entity::Bank, "golden");
    let bits = [bank.bits(), bank.bits(), bank.bits()];
    assert_eq!(bits, [11_014_773_398_690_005_358, 4_405_074_617_683_341_357, 13_730_763_877_210_278_944]);

    let mut cell = stream(1, Entity::Cell { battery: 49, cell: 15 }, "golden");
    let shapes = [cell.unit(), cell.normal(), cell.uniform(-3.0, 3.0)].map(f64::to_bits);
    assert_eq!(shapes, [4_590_018_585_064_183_776, 4_607_478_740_522_681_240, 13_835_476_888_178_883_202]);

    let last_sample_of_a_day = *Noise::new(1, 50).block(49, 172_799);
    let expected = [
        586_279_606,
        1_853_684_118,
        792_285_117,
        4_161_005_421,
        2_515_995_837,
        991_167_837,
        592_034_171,
        2_877_702_776,
        2_169_726_702,
        1_164_503_334,
        3_827_770_886,
        1_494_530_198,
        3_716_798_773,
        1_065_565_726,
        3_891_106_914,
        3_168_343_788,
    ];
    assert_eq!(last_sample_of_a_day, expected);
}

#[test]
fn every_part_of_the_name_matters() {
    let first = |seed, entity, purpose| stream(seed, entity, purpose).bits();
    let here = first(1, Entity::Battery(3), "capacity");
    assert_eq!(here, first(1, Entity::Battery(3), "capacity"));
    for other in [
        first(2, Entity::Battery(3), "capacity"),
        first(1, Entity::Battery(4), "capacity"),
        first(1, Entity::String(3), "capacity"),
        first(1, Entity::Cell { battery: 3, cell: 0 }, "capacity"),
        first(1, Entity::Battery(3), "resistance"),
        first(1, Entity::Device("3"), "capacity"),
    ] {
        assert_ne!(here, other);
    }
    assert_ne!(first(1, Entity::Device("ab"), "c"), first(1, Entity::Device("a"), "bc"));
}

#[test]
fn noise_is_the_same_in_any_order() {
    let mut in_order = Noise::new(9, 2);
    let samples: Vec<[u32; NOISE_WORDS]> = (0..40).map(|sample| *in_order.block(1, sample)).collect();
    let mut jumping = Noise::new(9, 2);
    for sample in [39, 0, 1, 1, 7, 6, 7, 8, 39, 3, 4] {
        assert_eq!(jumping.block(1, sample), &samples[usize::try_from(sample).expect("small")], "sample {sample}");
    }
    let far = *jumping.block(0, u64::MAX / 32);
    assert_eq!(&far, Noise::new(9, 1).block(0, u64::MAX / 32), "more batteries shift nothing");
}

#[test]
fn a_million_normals_look_normal_and_stay_within_six() {
    let mut stream = stream(5, Entity::Bank, "shape");
    let n = 1_000_000;
    let (mut sum, mut squares, mut beyond_2) = (0.0, 0.0, 0u32);
    for _ in 0..n {
        let x = stream.normal();
        assert!(x.abs() <= 6.0);
        sum += x;
        squares += x * x;
        beyond_2 += u32::from(x.abs() > 2.0);
    }
    let n = f64::from(n);
    assert!((sum / n).abs() < 0.005);
    assert!((squares / n - 1.0).abs() < 0.01);
    assert!((f64::from(beyond_2) / n - 0.0455).abs() < 0.002);
}

#[test]
fn noise_of_cells_is_one_millivolt_and_never_four() {
    let mut noise = Noise::new(3, 1);
    let (mut sum, mut squares, mut largest) = (0.0, 0.0, 0.0_f64);
    let samples = 50_000;
    for sample in 0..samples {
        for mv in noise.cell_mv(0, sample) {
            sum += mv;
            squares += mv * mv;
            largest = largest.max(mv.abs());
        }
    }
    let n = f64::from(u32::try_from(samples).expect("small") * 16);
    assert!((sum / n).abs() < 0.01);
    assert!((squares / n - 1.0).abs() < 0.01);
    assert!(largest > 2.5 && largest < 4.0, "{largest}");
}
