// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.TokenListener;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A Boot application that opens a new R2DBC connection every half second, for longer than a token lives. Run by the
 * end-to-end step of databases, against a real PostgreSQL; the settings come from its environment. Prints one line.
 */
@SpringBootConfiguration
@ImportAutoConfiguration({
    TokenProviderAutoConfiguration.class,
    TokenProviderR2dbcAutoConfiguration.class,
    R2dbcAutoConfiguration.class
})
@SuppressWarnings("SystemOut")
public class R2dbcRotation {
    private static final int CONNECTIONS = 16;

    private final AtomicInteger tokens = new AtomicInteger();

    @Bean
    TokenListener countingListener() {
        return event -> {
            if (event.kind() == TokenListener.Kind.ACQUIRED || event.kind() == TokenListener.Kind.REFRESHED) {
                tokens.incrementAndGet();
            }
        };
    }

    public static void main(String[] args) {
        var application = new SpringApplicationBuilder(R2dbcRotation.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .run();
        try (application) {
            ConnectionFactory database = application.getBean(ConnectionFactory.class);
            String user = Flux.range(0, CONNECTIONS)
                    .delayElements(Duration.ofMillis(500))
                    .concatMap(turn -> userOf(database))
                    .blockLast(Duration.ofMinutes(1));
            System.out.println("R2DBC user " + user + ", opened " + CONNECTIONS + ", tokens "
                    + application.getBean(R2dbcRotation.class).tokens);
        }
    }

    private static Mono<String> userOf(ConnectionFactory database) {
        return Mono.usingWhen(Mono.from(database.create()), R2dbcRotation::userOf, Connection::close);
    }

    private static Mono<String> userOf(Connection connection) {
        return Mono.from(connection.createStatement("select current_user").execute())
                .flatMap(result -> Mono.from(result.map(row -> String.valueOf(row.get(0)))));
    }
}
