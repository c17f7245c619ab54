/** The command {@code migrate}: from aad-pod-identity to workload identity. Start at {@code MigrateCommand}. */
@NullMarked
package io.podidentity.podid.migrate;

import org.jspecify.annotations.NullMarked;
