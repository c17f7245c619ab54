// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cases;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the cases of a component are read and run.
 *
 * @param given the shape of what is given
 * @param expected the shape of what is expected
 * @param notes members that tell the reader something, and cannot be met, missed or read
 */
public record Reading(String given, String expected, Set<String> notes, CaseRunner.Check check) {

    /** A reading of shapes as {@link Shape} has them, whose expectations are all looked at. */
    public static Reading of(String given, String expected, CaseRunner.Check check) {
        return new Reading(given, expected, Set.of(), check);
    }

    public Reading withNotes(String... names) {
        return new Reading(given, expected, Set.of(names), check);
    }

    /** Fails too if the form of the case, as the runner understands it, leaves something of what is given unread. */
    void run(Case test) throws Exception {
        Case own = read(test);
        var given = new NotingMap(own.given());
        check.run(new Case(own.component(), own.name(), given, own.expected(), own.origin()));
        assertThat(given.unread())
                .as("what '%s' gives, and this form of it does not read", test)
                .allMatch(notes::contains);
    }

    /** A map that knows which of its members were asked for. */
    private static final class NotingMap extends LinkedHashMap<String, Object> {

        private static final long serialVersionUID = 1;

        private final transient Set<Object> read = new HashSet<>();

        NotingMap(Map<String, Object> members) {
            super(members);
        }

        @Override
        public @Nullable Object get(Object name) {
            read.add(name);
            return super.get(name);
        }

        @Override
        public Object getOrDefault(Object name, Object otherwise) {
            read.add(name);
            return super.getOrDefault(name, otherwise);
        }

        Set<String> unread() {
            var unread = new LinkedHashSet<>(keySet());
            unread.removeAll(read);
            return unread;
        }
    }

    private Case read(Case test) {
        return new Case(
                test.component(),
                test.name(),
                Shape.of(given).read("'" + test + "', given", test.given()),
                Shape.of(expected).read("'" + test + "', expected", test.expected()),
                test.origin());
    }

    /** The members of what is expected that could be something else, and the runner would pass. */
    List<String> unnoticed(Case test) {
        Case own = read(test);
        var unnoticed = new ArrayList<String>();
        own.expected().forEach((name, value) -> {
            if (!notes.contains(name)
                    && value != null
                    && Shape.of(expected).others(name, value).stream().allMatch(other -> passes(own, name, other))) {
                unnoticed.add(name);
            }
        });
        return unnoticed;
    }

    private boolean passes(Case test, String name, Object other) {
        var changed = new LinkedHashMap<>(test.expected());
        changed.put(name, other);
        try {
            check.run(new Case(test.component(), test.name(), test.given(), changed, test.origin()));
            return true;
        } catch (Throwable noticed) {
            return false;
        }
    }
}
