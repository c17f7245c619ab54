// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One of each kind, for {@link PublicApi} to list. */
@SuppressWarnings("unused")
public final class PublicApiSample {
    private PublicApiSample() {}

    public sealed interface Shape<T extends Number> extends Supplier<T> permits Dot {
        T size(@Nullable T factor) throws IOException;

        default @Nullable String name() {
            return null;
        }
    }

    public record Dot(@Nullable Colour colour, List<@Nullable String> notes) implements Shape<Integer> {
        @Override
        public Integer size(@Nullable Integer factor) {
            return 0;
        }

        @Override
        public Integer get() {
            return 0;
        }

        @Override
        public String toString() {
            return "";
        }

        Dot seenByUsOnly() {
            return this;
        }
    }

    public enum Colour {
        RED
    }

    public abstract static class Base extends RuntimeException {
        public static final int LIMIT = 1;
        private static final long serialVersionUID = 1;
        protected transient String text = "";
        int seenByUsOnly;

        protected Base(String text) {}

        protected abstract <E> void change(E what, int... by);
    }

    static final class Hidden {
        public int seenByNobody;

        public static final class WithinIt {}
    }
}
