// What the summary's page draws with: bars on axes, a legend, a tooltip, as SVG. Built into echarts.bar.min.js; see README.md.
export { init, version } from 'echarts/core';
import { use } from 'echarts/core';
import { BarChart } from 'echarts/charts';
import { GridComponent, LegendPlainComponent, TooltipComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';
use([BarChart, GridComponent, LegendPlainComponent, TooltipComponent, SVGRenderer]);
