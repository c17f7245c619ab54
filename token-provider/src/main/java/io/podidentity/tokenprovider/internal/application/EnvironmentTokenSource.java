// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.application;

import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.entra.EntraClient;
import io.podidentity.tokenprovider.internal.entra.EntraCredential;
import io.podidentity.tokenprovider.internal.entra.EntraTenants;
import io.podidentity.tokenprovider.internal.entra.EntraTokenSource;
import io.podidentity.tokenprovider.internal.source.ActingForUsers;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Secret;
import java.util.List;

/**
 * The service principal that the environment names: {@code AZURE_TENANT_ID}, {@code AZURE_CLIENT_ID}, and either
 * {@code AZURE_CLIENT_SECRET} or {@code AZURE_CLIENT_CERTIFICATE_PATH} with {@code AZURE_CLIENT_CERTIFICATE_PASSWORD}
 * and {@code AZURE_CLIENT_SEND_CERTIFICATE_CHAIN}. The secret wins. The variables are read as the EnvironmentCredential
 * of the Azure SDKs reads them.
 */
public final class EnvironmentTokenSource implements TokenSource, ActingForUsers {
    private static final String TENANT = "AZURE_TENANT_ID";
    private static final String CLIENT = "AZURE_CLIENT_ID";
    private static final String SECRET = "AZURE_CLIENT_SECRET";
    private static final String CERTIFICATE = "AZURE_CLIENT_CERTIFICATE_PATH";

    private final SourceContext context;

    public EnvironmentTokenSource(SourceContext context) {
        this.context = context;
    }

    @Override
    public String name() {
        return "Environment";
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        Environment environment = context.environment();
        String tenant = environment.get(TENANT);
        String clientId = environment.get(CLIENT);
        EntraCredential credential = findCredential(environment);
        if (tenant == null || clientId == null || credential == null) {
            List<String> unset = environment.findUnset(TENANT, CLIENT);
            if (credential == null) {
                unset.add(SECRET + " or " + CERTIFICATE);
            }
            return new Unavailable("not set: " + String.join(", ", unset), "");
        }
        EntraTenants tenants = EntraTenants.of(tenant, environment);
        return new EntraTokenSource(name(), EntraClient.of(context, null), tenants, clientId, credential)
                .acquire(request);
    }

    private @Nullable EntraCredential findCredential(Environment environment) {
        // Raw, because a space at the end may belong to the secret.
        String secret = environment.getRaw(SECRET);
        if (secret != null && !secret.isBlank()) {
            return new ClientSecret(new Secret(secret));
        }
        String path = environment.get(CERTIFICATE);
        if (path == null) {
            return null;
        }
        Secret password = null;
        String rawPassword = environment.getRaw("AZURE_CLIENT_CERTIFICATE_PASSWORD");
        if (rawPassword != null) {
            password = new Secret(rawPassword);
        }
        String withChain = environment.get("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN");
        boolean sendsChain = "true".equalsIgnoreCase(withChain) || "1".equals(withChain);
        return new CertificateFile(path, CERTIFICATE, password, sendsChain);
    }
}
