package io.podidentity.tokenprovider.internal.chain;

import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.managed.ImdsTokenSource;
import io.podidentity.tokenprovider.internal.source.AccountBound;
import io.podidentity.tokenprovider.internal.source.Anticipating;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.internal.tool.AzureCliTokenSource;
import io.podidentity.tokenprovider.internal.tool.AzureDeveloperCliTokenSource;
import io.podidentity.tokenprovider.internal.tool.AzurePowerShellTokenSource;
import org.jspecify.annotations.Nullable;

/**
 * A developer's tool, or a metadata service that nothing announces, that others come before: nothing of it is loaded until
 * it is asked, which in most processes is never.
 */
final class LazyTokenSource implements TokenSource, AccountBound, Anticipating {
    private final String name;
    private final Environment environment;
    private final HttpTransport http;
    private final Time time;
    private volatile @Nullable TokenSource source;

    /**
     * @param name the name of the source itself
     */
    LazyTokenSource(String name, Environment environment, HttpTransport http, Time time) {
        this.name = name;
        this.environment = environment;
        this.http = http;
        this.time = time;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        return source().acquire(request);
    }

    @Override
    public long accountFingerprint() {
        return source() instanceof AccountBound bound ? bound.accountFingerprint() : 0;
    }

    @Override
    public void anticipate() {
        if (name.equals("IMDS") && source() instanceof Anticipating later) {
            later.anticipate();
        }
    }

    @Override
    public void abandon() {
        if (source instanceof Anticipating later) {
            later.abandon();
        }
    }

    private synchronized TokenSource source() {
        TokenSource made = source;
        if (made == null) {
            made = switch (name) {
                case "Azure CLI" -> AzureCliTokenSource.of(environment);
                case "Azure Developer CLI" -> AzureDeveloperCliTokenSource.of(environment);
                case "Azure PowerShell" -> AzurePowerShellTokenSource.of(environment);
                case "IMDS" -> new ImdsTokenSource(environment, http, time, true);
                default -> throw new IllegalArgumentException(name);
            };
            source = made;
        }
        return made;
    }
}
