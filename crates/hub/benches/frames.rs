//! How long it takes to encode a frame.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_main};
use hub::Frame;

fn encode(c: &mut Criterion) {
    let mut group = c.benchmark_group("frame");
    for size in [64, 512, 4096, 65_536] {
        let text = "{\"id\":1234567}, ".repeat(size / 16);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(format!("text/{size}"), |b| b.iter(|| Frame::text(black_box(&text))));
        group.bench_function(format!("text_with/{size}"), |b| {
            b.iter(|| {
                Frame::text_with(text.len(), |out| {
                    out.extend_from_slice(black_box(text.as_bytes()))
                })
            });
        });
    }
    let frame = Frame::text(&"x".repeat(512));
    group.bench_function("share", |b| b.iter(|| black_box(&frame).clone()));
    group.bench_function("close", |b| b.iter(|| Frame::close(4408, black_box("slow;retry=1000"))));
    group.finish();
}

#[allow(missing_docs)]
mod group {
    use super::encode;
    criterion::criterion_group!(benches, encode);
}

criterion_main!(group::benches);
