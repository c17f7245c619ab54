// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.support;

import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.identity.AzureCliCredentialBuilder;
import com.azure.identity.AzureDeveloperCliCredentialBuilder;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSources;
import java.time.Duration;

/**
 * A program that gets one token, by the Azure SDK or by us, and prints it and its expiry. Both find the tool by the
 * {@code PATH} of their process, so that a test needs a process to give them another one.
 */
public final class ToolOracle {
    private ToolOracle() {}

    /**
     * Gets and prints it.
     *
     * @param arguments {@code sdk} or {@code ours}, the tool, and a tenant or nothing
     */
    public static void main(String[] arguments) throws InterruptedException {
        String tenant = arguments.length > 2 ? arguments[2] : null;
        if (arguments[0].equals("sdk")) {
            TokenCredential credential = arguments[1].equals("az")
                    ? new AzureCliCredentialBuilder().tenantId(tenant).build()
                    : new AzureDeveloperCliCredentialBuilder().tenantId(tenant).build();
            com.azure.core.credential.AccessToken token =
                    credential.getTokenSync(new TokenRequestContext().addScopes("https://storage.azure.com/.default"));
            System.out.println(token.getToken() + " " + token.getExpiresAt().toInstant());
        } else {
            TokenSource source = arguments[1].equals("az") ? TokenSources.azureCli() : TokenSources.azureDeveloperCli();
            TokenSource.Acquired acquired =
                    (TokenSource.Acquired) source.acquire(TokenRequest.forResource("https://storage.azure.com")
                            .withTenantId(tenant)
                            .withDeadline(Duration.ofSeconds(30)));
            System.out.println(acquired.token().value() + " " + acquired.token().expiresOn());
        }
        System.exit(0);
    }
}
