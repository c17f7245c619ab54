// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SoonAfterTest {

    private final Queue<Runnable> thread = new ArrayDeque<>();
    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void changes_beforeTheTaskRuns_areOneRun() {
        var soon = new SoonAfter(thread::add, runs::incrementAndGet);
        soon.onAdd("a");
        soon.onUpdate("a", "b");
        soon.onDelete("b", false);

        assertThat(thread).hasSize(1);
        thread.remove().run();
        assertThat(runs).hasValue(1);
    }

    /** What changes while the task looks may be missed by it, so it looks again. */
    @Test
    void change_whileTheTaskRuns_isAnotherRun() {
        var soon = new SoonAfter[1];
        soon[0] = new SoonAfter(thread::add, () -> {
            if (runs.incrementAndGet() == 1) {
                soon[0].onAdd("late");
            }
        });
        soon[0].run();

        thread.remove().run();
        assertThat(thread).hasSize(1);
        thread.remove().run();
        assertThat(runs).hasValue(2);
        assertThat(thread).isEmpty();
    }
}
