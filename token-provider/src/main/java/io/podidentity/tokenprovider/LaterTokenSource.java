package io.podidentity.tokenprovider;

import org.jspecify.annotations.Nullable;

/**
 * A developer's tool that others come before: nothing of it is loaded until it is asked, which in most processes is
 * never.
 */
final class LaterTokenSource implements TokenSource, AccountBound {
    private final String name;
    private final Environment environment;
    private volatile @Nullable TokenSource tool;

    /**
     * @param name the name of the tool's own source
     */
    LaterTokenSource(String name, Environment environment) {
        this.name = name;
        this.environment = environment;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        return tool().acquire(request);
    }

    @Override
    public long accountFingerprint() {
        return tool() instanceof AccountBound bound ? bound.accountFingerprint() : 0;
    }

    private TokenSource tool() {
        TokenSource made = tool;
        if (made == null) {
            made = switch (name) {
                case "Azure CLI" -> AzureCliTokenSource.of(environment);
                case "Azure Developer CLI" -> AzureDeveloperCliTokenSource.of(environment);
                case "Azure PowerShell" -> AzurePowerShellTokenSource.of(environment);
                default -> throw new IllegalArgumentException(name);
            };
            tool = made;
        }
        return made;
    }
}
