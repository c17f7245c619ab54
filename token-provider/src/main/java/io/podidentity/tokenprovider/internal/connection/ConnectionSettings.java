// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.connection;

import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.connection.ConnectionStringException.Problem;
import io.podidentity.tokenprovider.internal.connection.ConnectionStringReader.Pair;
import io.podidentity.tokenprovider.internal.text.Fingerprint;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The settings of one connection string: keys, each at most once, and their values. {@link SignIn} decides what they
 * mean.
 *
 * <p><i>Thread-safety:</i> immutable.
 */
public final class ConnectionSettings {
    /** The keys whose value is one of a few words, in upper or lower case. */
    private static final Set<ConnectionStringKey> FIXED_WORDS = EnumSet.of(
            ConnectionStringKey.RUN_AS,
            ConnectionStringKey.DEVELOPER_TOOL,
            ConnectionStringKey.CERTIFICATE_STORE_LOCATION);

    private final Map<ConnectionStringKey, Pair> pairs;

    private ConnectionSettings(Map<ConnectionStringKey, Pair> pairs) {
        this.pairs = pairs;
    }

    /**
     * Reads a connection string.
     *
     * @throws ConnectionStringException if it is blank, does not follow the grammar, or has an unknown or a duplicate
     *     key
     */
    public static ConnectionSettings parse(String text) {
        if (text.isBlank()) {
            throw new ConnectionStringException(
                    Problem.EMPTY, null, "is empty", "For the managed identity, write RunAs=App.");
        }
        Map<ConnectionStringKey, Pair> pairs = new EnumMap<>(ConnectionStringKey.class);
        ConnectionStringKey before = null;
        List<Pair> all = ConnectionStringReader.readPairs(text);
        for (Pair pair : all) {
            ConnectionStringKey key = ConnectionStringKey.find(pair.key());
            if (key == null) {
                throw unknownKey(pair, before);
            }
            if (pairs.put(key, pair) != null) {
                throw new ConnectionStringException(
                        Problem.DUPLICATE_KEY,
                        key.text,
                        "has " + key.text + " twice (again at character " + pair.position() + ")",
                        "Remove one of them.");
            }
            before = key;
        }
        return new ConnectionSettings(pairs);
    }

    /** The unknown key itself is not shown: if a secret contains a semicolon, the part after it looks like a key. */
    private static ConnectionStringException unknownKey(Pair pair, @Nullable ConnectionStringKey before) {
        String remedy = "Remove it.";
        ConnectionStringKey similar = ConnectionStringKey.findSimilar(pair.key());
        if (similar != null) {
            remedy = "Did you mean " + similar.text + "?";
        } else if (before == ConnectionStringKey.APP_KEY) {
            remedy = "If it belongs to the value of AppKey, put that value in quotes.";
        }
        return new ConnectionStringException(
                Problem.UNKNOWN_KEY, null, "has an unknown key (at character " + pair.position() + ")", remedy);
    }

    public boolean has(ConnectionStringKey key) {
        return pairs.containsKey(key);
    }

    /** The value of a key that {@link SignIn} has found to be there. */
    public String value(ConnectionStringKey key) {
        return require(key, "");
    }

    /** The value of a key; null if the key is absent or its value is blank. */
    public @Nullable String get(ConnectionStringKey key) {
        Pair pair = pairs.get(key);
        if (pair == null || pair.value().reveal().isBlank()) {
            return null;
        }
        return pair.value().reveal();
    }

    String require(ConnectionStringKey key, String remedy) {
        String value = get(key);
        if (value != null) {
            return value;
        }
        String what = "has no " + key.text;
        Pair pair = pairs.get(key);
        if (pair != null) {
            what = "has an empty " + key.text + " (at character " + pair.position() + ")";
        }
        throw new ConnectionStringException(Problem.MISSING_OR_EMPTY, key.text, what, remedy);
    }

    /**
     * The value of a key that takes a few words only, spelt as the word is spelt here.
     *
     * @param known a word that is understood, but that the list of allowed words does not show
     */
    String oneOf(ConnectionStringKey key, String known, String... allowed) {
        String list = String.join(", ", allowed);
        String value = require(key, "Write " + key.text + "= followed by one of " + list + ".");
        for (String word : allowed) {
            if (word.equalsIgnoreCase(value)) {
                return word;
            }
        }
        if (known.equalsIgnoreCase(value)) {
            return known;
        }
        throw invalid(key, "Allowed values: " + list + ".");
    }

    ConnectionStringException invalid(ConnectionStringKey key, String remedy) {
        return about(Problem.INVALID_VALUE, key, "has a value for " + key.text + " that is not allowed", remedy);
    }

    ConnectionStringException about(Problem problem, ConnectionStringKey key, String what, String remedy) {
        String where = "";
        Pair pair = pairs.get(key);
        if (pair != null) {
            where = " (at character " + pair.position() + ")";
        }
        return new ConnectionStringException(problem, key.text, what + where, remedy);
    }

    /**
     * The settings in one normal form, so that two of them can be compared however they were written. A secret appears
     * only as a hash.
     */
    public String fingerprint() {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<ConnectionStringKey, Pair> pair : pairs.entrySet()) {
            ConnectionStringKey key = pair.getKey();
            String value = pair.getValue().value().reveal();
            text.append(key.text).append('=');
            if (key == ConnectionStringKey.APP_KEY) {
                text.append(Fingerprint.of(value));
            } else if (FIXED_WORDS.contains(key)) {
                text.append(value.strip().toLowerCase(Locale.ROOT));
            } else {
                text.append(quoted(value));
            }
            text.append(';');
        }
        return text.toString();
    }

    /** A value as it would be written: in double quotes if it needs them. */
    public static String quoted(String value) {
        if (isPlain(value)) {
            return value;
        }
        return '"' + value.replace("\"", "\"\"") + '"';
    }

    private static boolean isPlain(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean isAtAnEdge = i == 0 || i == value.length() - 1;
            boolean isSpecial = c == '=' || c == '\'' || c == '"' || Character.isWhitespace(c);
            if (c == ';' || Character.isISOControl(c) || (isAtAnEdge && isSpecial)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return "ConnectionSettings" + pairs.keySet();
    }
}
