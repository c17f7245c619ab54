// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.sqlserver.jdbc.SQLServerDataSource;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import io.podidentity.tokenprovider.TokenListener;
import io.podidentity.tokenprovider.spring.TokenProviderDataSourceAutoConfiguration.Database;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What becomes of Boot's pools; that databases accept the tokens is for the end-to-end step of databases. */
class TokenDataSourceTest {
    private final Heard heard = new Heard();
    private final FakeSource source = FakeSource.withToken();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    TokenProviderAutoConfiguration.class,
                    TokenProviderDataSourceAutoConfiguration.class,
                    DataSourceAutoConfiguration.class))
            .withBean(TokenProviderCustomizer.class, () -> builder -> builder.sources(List.of(source)))
            .withBean(TokenListener.class, () -> heard)
            .withPropertyValues("token-provider.datasource.enabled=true", "spring.datasource.username=orders-api");

    @ParameterizedTest
    @CsvSource({
        "jdbc:postgresql://h.postgres.database.azure.com/orders, sslmode, verify-full",
        "jdbc:postgresql://h.postgres.database.azure.com/orders?sslmode=require, sslmode, ",
        "jdbc:mysql://h.mysql.database.azure.com/orders, sslMode, verify_identity",
        "jdbc:mysql://h.mysql.database.azure.com/orders?a=b&sslMode=VERIFY_CA, sslMode, ",
        "jdbc:mariadb://h.mysql.database.azure.com/orders, sslMode, verify-full"
    })
    void pool_ofADatabaseWithTokens_signsInWithOneAndUsesTls(String url, String tls, String set) {
        runner.withPropertyValues("spring.datasource.url=" + url).run(context -> {
            HikariDataSource pool = context.getBean(HikariDataSource.class);
            Credentials credentials = pool.getCredentialsProvider().getCredentials();

            assertThat(credentials.getUsername()).isEqualTo("orders-api");
            assertThat(credentials.getPassword()).startsWith(FakeSource.TOKEN);
            assertThat(pool.getDataSourceProperties().get(tls)).isEqualTo(set);
            assertThat(pool.getCredentialsProvider()).asString().doesNotContain("eyJ");
            assertThat(heard.await(TokenListener.Kind.ACQUIRED).request().resource())
                    .as("kept fresh while no connection is opened")
                    .isEqualTo("https://ossrdbms-aad.database.windows.net");
        });
    }

    @Test
    void pool_ofSqlServer_hasTheCallbackOfItsDriver() {
        runner.withPropertyValues("spring.datasource.url=jdbc:sqlserver://h.database.windows.net;database=orders")
                .run(context -> {
                    var driver = (SQLServerDataSource)
                            context.getBean(HikariDataSource.class).getDataSource();
                    assertThat(driver.getAccessTokenCallback()
                                    .getAccessToken(
                                            "https://database.windows.net/", "https://login.microsoftonline.com/t")
                                    .getAccessToken())
                            .startsWith(FakeSource.TOKEN);
                    assertThat(driver.getEncrypt()).isEqualTo("true");
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://h/orders?sslmode=prefer",
                "jdbc:mysql://h/orders?sslMode=PREFERRED",
                "jdbc:mariadb://h/orders?sslMode=disable",
                "jdbc:sqlserver://h;encrypt=false"
            })
    void pool_thatMightNotUseTls_failsTheStart(String url) {
        runner.withPropertyValues("spring.datasource.url=" + url)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(TokenProviderSettingException.class)
                        .hasMessageContaining("never sent over a connection that might not use TLS"));
    }

    @Test
    void pool_withoutAUser_failsTheStartWithTheSettingToAdd() {
        runner.withPropertyValues("spring.datasource.url=jdbc:postgresql://h/orders", "spring.datasource.username=")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(
                                TokenProviderSettingException.class,
                                e -> assertThat(e.action()).contains("spring.datasource.username")));
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:postgresql://h/orders, spring.datasource.password=its-own",
        "jdbc:h2:mem:orders, spring.datasource.driver-class-name=org.postgresql.Driver",
        "jdbc:postgresql://h/orders, token-provider.datasource.enabled=false"
    })
    void pool_withAPasswordOrOfAnotherDatabaseOrNotEnabled_staysAsItIs(String url, String setting) {
        runner.withPropertyValues("spring.datasource.url=" + url, setting)
                .run(context -> assertThat(
                                context.getBean(HikariDataSource.class).getCredentialsProvider())
                        .isNull());
    }

    @Test
    void resource_ofTheSettings_winsOverThatOfTheDatabase() {
        runner.withPropertyValues(
                        "spring.datasource.url=jdbc:postgresql://h/orders",
                        "token-provider.datasource.resource=https://ossrdbms-aad.database.usgovcloudapi.net")
                .run(context -> assertThat(
                                context.getBean(HikariDataSource.class).getCredentialsProvider())
                        .asString()
                        .isEqualTo("orders-api with a token for https://ossrdbms-aad.database.usgovcloudapi.net"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"token-provider.datasource.identity", "token-provider.datasource.identities.dataSource"})
    void pool_withAnIdentityOfItsOwn_signsInAsThat(String setting) {
        runner.withPropertyValues(
                        "spring.datasource.url=jdbc:postgresql://h/orders",
                        "token-provider.identities.reports.client-id=11111111-1111-1111-1111-111111111111",
                        setting + "=reports")
                .run(context -> {
                    var credentials = (TokenProviderDataSourceAutoConfiguration.TokenPassword)
                            context.getBean(HikariDataSource.class).getCredentialsProvider();
                    assertThat(credentials.provider()).isSameAs(context.getBean("tokenProvider-reports"));
                });
    }

    @Test
    void context_withoutHikariAndTheSetting_starts() {
        runner.withPropertyValues("token-provider.datasource.enabled=false")
                .withClassLoader(new FilteredClassLoader(HikariDataSource.class))
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void pool_overP6Spy_signsInAsWithoutIt() {
        assertThat(Database.of("jdbc:p6spy:postgresql://h/orders")).contains(Database.POSTGRESQL);
    }
}
