package io.podidentity.tokenprovider;

import io.podidentity.tokenprovider.internal.chain.ConnectionStringSource;
import io.podidentity.tokenprovider.internal.chain.DefaultSources;
import io.podidentity.tokenprovider.internal.connection.ConnectionSettings;
import io.podidentity.tokenprovider.internal.connection.SignIn;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Fingerprint;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** The caches that all providers of the process share, one for equal settings. */
final class ProcessCaches {
    /** A refresh behind the callers may take as long as a call by default. */
    private static final Duration REFRESH_LIMIT = AzureServiceTokenProvider.DEFAULT_DEADLINE;

    private static final String CONNECTION_STRING = "AzureServicesAuthConnectionString";
    /** By settings, with hashes in place of secrets. */
    private static final ConcurrentMap<String, TokenCache> OTHERS = new ConcurrentHashMap<>();

    /** The cache of a process that sets nothing but its environment; made when first needed. */
    private static volatile @Nullable TokenCache own;

    private ProcessCaches() {}

    /**
     * The cache of the process's own environment.
     *
     * @throws IllegalArgumentException if a variable that is a setting has an impossible value
     */
    static TokenCache own() {
        TokenCache cache = own;
        return cache == null ? makeOwn() : cache;
    }

    private static synchronized TokenCache makeOwn() {
        TokenCache cache = own;
        if (cache == null) {
            // First of all, since what it loads takes longest.
            cache = of(null, null, WarmUp.begin());
            own = cache;
        }
        return cache;
    }

    /**
     * The cache of these settings.
     *
     * @param variables the environment variables in place of the process's own; null for these
     * @param connectionString the connection string; null for the one in the environment, if it has one, and blank for
     *     the default chain
     * @throws IllegalArgumentException if a setting has an impossible value
     */
    static TokenCache of(@Nullable Map<String, String> variables, @Nullable String connectionString) {
        return of(variables, connectionString, null);
    }

    private static TokenCache of(
            @Nullable Map<String, String> variables, @Nullable String connectionString, @Nullable WarmUp warmUp) {
        Environment environment = variables == null ? Environment.ofProcess() : Environment.of(variables);
        String text = connectionString == null ? environment.get(CONNECTION_STRING) : connectionString;
        ConnectionSettings parsed = text == null || text.isBlank() ? null : ConnectionSettings.parse(text);
        String key =
                (variables == null ? "" : fingerprint(variables)) + ' ' + (parsed == null ? "" : parsed.fingerprint());
        TokenCache cache = OTHERS.get(key);
        if (cache == null) {
            TokenCache made = cache(sources(environment, parsed), warmUp);
            TokenCache other = OTHERS.putIfAbsent(key, made);
            cache = other == null ? made : other;
        }
        return cache;
    }

    /** A cache of its own for these sources. */
    static TokenCache cache(List<TokenSource> sources) {
        return cache(sources, null);
    }

    private static TokenCache cache(List<TokenSource> sources, @Nullable WarmUp warmUp) {
        return new TokenCache(
                new TokenSourceChain(sources, Time.SYSTEM), new FlightCrew(warmUp), Time.SYSTEM, REFRESH_LIMIT);
    }

    private static List<TokenSource> sources(Environment environment, @Nullable ConnectionSettings settings) {
        File root = new File("/");
        HttpTransport http = new HttpTransport(Time.SYSTEM, environment);
        return settings == null
                ? new DefaultSources(environment, root, http, Time.SYSTEM).all()
                : List.of(new ConnectionStringSource(environment, root, http, Time.SYSTEM).of(SignIn.of(settings)));
    }

    private static String fingerprint(Map<String, String> variables) {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, String> variable : new TreeMap<>(variables).entrySet()) {
            text.append(variable.getKey())
                    .append('\0')
                    .append(variable.getValue())
                    .append('\0');
        }
        return Fingerprint.of(text.toString());
    }
}
