package io.podidentity.tokenprovider.spring;

import com.zaxxer.hikari.HikariCredentialsProvider;
import com.zaxxer.hikari.util.Credentials;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;

/**
 * What a pool signs in with: for each new connection the valid token of that moment.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 *
 * @param user the name of the identity in the database
 */
record TokenPassword(AzureServiceTokenProvider provider, String resource, String user)
        implements HikariCredentialsProvider {

    /** @throws io.podidentity.tokenprovider.TokenAcquisitionException if there is no token */
    @Override
    public Credentials getCredentials() {
        return Credentials.of(user, provider.getAccessToken(resource));
    }

    @Override
    public String toString() {
        return user + " with a token for " + resource;
    }
}
