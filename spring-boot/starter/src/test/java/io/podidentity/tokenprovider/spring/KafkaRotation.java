// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.TokenListener;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.ProducerFactory;

/**
 * A Boot application that sends messages for some seconds and reads each of them again, by connections that stay open.
 * Run by the end-to-end step of Kafka, against a real broker that checks each token and ends a connection whose token
 * expires; the settings come from its arguments.
 *
 * <p>Prints one line, and exits with 1 if anything failed, or if the open connections did not sign in again.
 */
@SpringBootConfiguration
@EnableAutoConfiguration(exclude = {DataSourceAutoConfiguration.class, R2dbcAutoConfiguration.class})
@SuppressWarnings("SystemOut")
public class KafkaRotation {
    private static final String TOPIC = "rotation";

    private final AtomicInteger tokens = new AtomicInteger();
    private final Map<String, Integer> failures = new ConcurrentHashMap<>();

    @Bean
    TokenListener countingListener() {
        return event -> {
            if (event.kind() == TokenListener.Kind.ACQUIRED || event.kind() == TokenListener.Kind.REFRESHED) {
                tokens.incrementAndGet();
            }
        };
    }

    /** Created by Boot's admin client, which so signs in too. */
    @Bean
    NewTopic topic() {
        return new NewTopic(TOPIC, 1, (short) 1);
    }

    public static void main(String[] args) {
        var application = new SpringApplicationBuilder(KafkaRotation.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .run(args);
        try (application) {
            application.getBean(KafkaRotation.class).measure(application);
        }
    }

    @SuppressWarnings("unchecked")
    private void measure(org.springframework.context.ConfigurableApplicationContext application) {
        Duration time = Duration.ofSeconds(application.getEnvironment().getProperty("seconds", Long.class, 12L));
        ProducerFactory<String, String> producers = application.getBean(ProducerFactory.class);
        ConsumerFactory<String, String> consumers = application.getBean(ConsumerFactory.class);
        int sent = 0;
        int read = 0;
        double again = 0;
        try (Producer<String, String> producer = producers.createProducer();
                Consumer<String, String> consumer = consumers.createConsumer("rotation", "")) {
            consumer.subscribe(List.of(TOPIC));
            long end = System.nanoTime() + time.toNanos();
            while (System.nanoTime() < end) {
                sent += send(producer);
                read += read(consumer);
            }
            for (int i = 0; i < 50 && read < sent; i++) {
                read += read(consumer);
            }
            again = signedInAgain(producer.metrics()) + signedInAgain(consumer.metrics());
        }
        System.out.println("kafka: tokens " + tokens + ", sent " + sent + ", read " + read
                + ", open connections signed in again " + Math.round(again) + ", failures " + failures);
        if (!failures.isEmpty() || sent == 0 || read != sent || tokens.get() < 2 || again < 2) {
            System.exit(1);
        }
    }

    private int send(Producer<String, String> producer) {
        try {
            producer.send(new ProducerRecord<>(TOPIC, "message")).get(5, TimeUnit.SECONDS);
            return 1;
        } catch (Exception e) {
            failures.merge(String.valueOf(e.getMessage()), 1, Integer::sum);
            return 0;
        }
    }

    private int read(Consumer<String, String> consumer) {
        try {
            return consumer.poll(Duration.ofMillis(100)).count();
        } catch (RuntimeException e) {
            failures.merge(String.valueOf(e.getMessage()), 1, Integer::sum);
            return 0;
        }
    }

    private double signedInAgain(Map<?, ? extends org.apache.kafka.common.Metric> metrics) {
        double total = 0;
        for (var metric : metrics.values()) {
            double value = metric.metricValue() instanceof Double number ? number : 0;
            switch (metric.metricName().name()) {
                case "successful-reauthentication-total" -> total += value;
                case "failed-reauthentication-total", "failed-authentication-total" -> {
                    if (value > 0) {
                        failures.merge(metric.metricName().name(), (int) value, Integer::sum);
                    }
                }
                default -> {}
            }
        }
        return total;
    }
}
