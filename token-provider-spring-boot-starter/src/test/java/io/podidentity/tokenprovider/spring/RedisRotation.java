package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSources;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import redis.clients.jedis.Jedis;

/**
 * A Boot application that uses Redis for some seconds, by one connection that stays open and by new ones. Run by the
 * end-to-end step of databases, against a real server. What Azure's Redis does, which knows the keys of Entra ID, an
 * administrator of the server does here: each token is a password of the user from its issue to its expiry.
 *
 * <p>Arguments: seconds, and the port of the administrator. Prints one line, and exits with 1 if any command failed.
 */
@SpringBootConfiguration
@EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
@SuppressWarnings("SystemOut")
public class RedisRotation {
    private final Map<String, Integer> failures = new ConcurrentHashMap<>();
    private final AtomicInteger tokens = new AtomicInteger();

    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService expiry() {
        return Executors.newSingleThreadScheduledExecutor();
    }

    @Bean
    TokenProviderCustomizer tokensAsPasswords(ScheduledExecutorService expiry) {
        TokenSource imds = TokenSources.imds();
        int port = Integer.getInteger("redis.admin");
        return builder -> builder.sources(List.of(request -> {
            TokenSource.Outcome outcome = imds.acquire(request);
            if (outcome instanceof TokenSource.Acquired acquired) {
                tokens.incrementAndGet();
                String token = acquired.token().value();
                String user = acquired.token()
                        .principal()
                        .flatMap(Principal::objectId)
                        .orElseThrow();
                administer(port, user, ">" + token);
                Duration life = Duration.between(Instant.now(), acquired.token().expiresOn());
                var unused = expiry.schedule(
                        () -> administer(port, user, "<" + token), life.toMillis(), TimeUnit.MILLISECONDS);
            }
            return outcome;
        }));
    }

    private static void administer(int port, String user, String rule) {
        try (Jedis admin = new Jedis("127.0.0.1", port)) {
            admin.aclSetUser(user, "on", "+@all", "~*", rule);
        }
    }

    public static void main(String[] args) throws Exception {
        var application = new SpringApplicationBuilder(RedisRotation.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .run();
        try (application) {
            application
                    .getBean(RedisRotation.class)
                    .measure(application.getBean(RedisConnectionFactory.class), Long.parseLong(args[0]));
        }
    }

    private void measure(RedisConnectionFactory factory, long seconds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        int commands = 0;
        int connections = 0;
        try (RedisConnection lasting = factory.getConnection()) {
            while (System.nanoTime() < end) {
                commands += ping(lasting);
                try (RedisConnection other = factory.getConnection()) {
                    connections += ping(other);
                } catch (RuntimeException e) {
                    failures.merge(String.valueOf(e.getMessage()), 1, Integer::sum);
                }
            }
        }
        System.out.println("redis: tokens " + tokens + ", commands " + commands + ", connections " + connections
                + ", failures " + failures);
        if (!failures.isEmpty() || tokens.get() < Integer.getInteger("redis.tokens")) {
            System.exit(1);
        }
    }

    private int ping(RedisConnection connection) {
        try {
            connection.ping();
            return 1;
        } catch (RuntimeException e) {
            failures.merge(String.valueOf(e.getMessage()), 1, Integer::sum);
            return 0;
        }
    }
}
