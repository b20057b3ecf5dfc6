/** Copyright 2026 Omni Suite contributors
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
/* Marks behind and beside the curves; Chart.js plugins without state of their own. */

const EVENT = "230, 159, 0";
const NARROW = 500;

/** Half the distance between two periods, in pixels. */
function halfStep(scale) {
    return scale.ticks.length > 1 || scale.max > scale.min
        ? Math.abs(scale.getPixelForValue(1) - scale.getPixelForValue(0)) / 2
        : scale.width / 2;
}

/** Words cut to a width, so that two events do not write over each other. */
function fitting(ctx, words, width) {
    if (ctx.measureText(words).width <= width) {
        return words;
    }
    let cut = words;
    while (cut && ctx.measureText(`${cut}…`).width > width) {
        cut = cut.slice(0, -1);
    }
    return cut ? `${cut}…` : "";
}

/** Shaded spans with the names of events.
 * @param {Array} events dicts with first, last and name
 * @param {string} color of the words
 * @returns {object} plugin of Chart.js */
export function eventMarks(events, color) {
    return {
        id: "forecastEvents",
        beforeDatasetsDraw({ctx, chartArea, scales}) {
            const half = halfStep(scales.x);
            ctx.save();
            ctx.font = "11px sans-serif";
            ctx.textBaseline = "top";
            events.forEach((event, row) => {
                const left = Math.max(
                    scales.x.getPixelForValue(event.first) - half,
                    chartArea.left
                );
                const right = Math.min(
                    scales.x.getPixelForValue(event.last) + half,
                    chartArea.right
                );
                ctx.fillStyle = `rgba(${EVENT}, 0.16)`;
                ctx.fillRect(
                    left,
                    chartArea.top,
                    Math.max(right - left, 2),
                    chartArea.bottom - chartArea.top
                );
                ctx.fillStyle = `rgba(${EVENT}, 0.9)`;
                ctx.fillRect(left, chartArea.top, Math.max(right - left, 2), 3);
                if (chartArea.width < NARROW) {
                    // no room for names on a phone; the tooltip says them
                    return;
                }
                ctx.fillStyle = color;
                const room = Math.max(right - left, 90);
                const x = Math.min(left + 2, chartArea.right - room);
                const words = fitting(ctx, event.name, room - 4);
                ctx.fillText(words, x, chartArea.top + 5 + (row % 3) * 12);
            });
            ctx.restore();
        },
    };
}

/** Short strokes at the foot of the chart where holidays are.
 * @param {Array} holidays dicts with index and name
 * @param {string} color of the strokes
 * @returns {object} plugin of Chart.js */
export function holidayMarks(holidays, color) {
    return {
        id: "forecastHolidays",
        afterDatasetsDraw({ctx, chartArea, scales}) {
            ctx.save();
            ctx.fillStyle = color;
            for (const {index} of holidays) {
                const x = scales.x.getPixelForValue(index);
                ctx.beginPath();
                ctx.moveTo(x, chartArea.bottom - 7);
                ctx.lineTo(x - 4, chartArea.bottom);
                ctx.lineTo(x + 4, chartArea.bottom);
                ctx.fill();
            }
            ctx.restore();
        },
    };
}
