package com.example.login;

import com.azure.core.credential.TokenCredential;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.web.SecurityFilterChain;

/** Users sign in; it reads a blob on their behalf and one as itself. No secret is in it, nor in its environment. */
@SpringBootApplication
public class LoginApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(LoginApplication.class, arguments);
    }

    /** Who signs out here signs out of Entra ID too. */
    @Bean
    SecurityFilterChain security(HttpSecurity http, ClientRegistrationRepository registrations) {
        var logout = new OidcClientInitiatedLogoutSuccessHandler(registrations);
        logout.setPostLogoutRedirectUri("{baseUrl}/signed-out");
        return http.authorizeHttpRequests(requests -> requests.requestMatchers("/signed-out", "/login.css", "/actuator/health/**")
                        .permitAll()
                        .anyRequest()
                        .authenticated())
                .oauth2Login(Customizer.withDefaults())
                .oauth2Client(Customizer.withDefaults())
                .logout(user -> user.logoutSuccessHandler(logout))
                .build();
    }

    /** The application's own blobs, by the starter's credential. */
    @Bean
    BlobContainerClient own(TokenCredential credential, @Value("${login.storage}") String storage) {
        return new BlobServiceClientBuilder()
                .endpoint(storage)
                .credential(credential)
                .buildClient()
                .getBlobContainerClient("samples");
    }
}
