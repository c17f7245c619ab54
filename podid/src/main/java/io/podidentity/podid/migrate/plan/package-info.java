/** What a migration changes, in the cluster and in Azure: start at {@code Planner}. */
@NullMarked
package io.podidentity.podid.migrate.plan;

import org.jspecify.annotations.NullMarked;
